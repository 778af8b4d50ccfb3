"""A staff mail being carried out: the case as it becomes step by step, and what is to be written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.case import Case, Event, Kind
from intake.commands import Instructions
from intake.decision import CaseChange
from intake.history import evolve
from intake.hours import Calendar
from intake.letter import Letter
from intake.letters import Letters
from intake.policy import Person
from intake.question import Question
from intake.signals import Direction

INTERNAL = frozenset({"note", "pass", "status", "reopen", "join", "open", "followup", "idea"})  # their text is a note


class Refused(Exception):  # noqa: N818
    """A command that cannot be carried out: a slug and the words for its author."""

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(slug)
        self.slug = slug
        self.detail = detail


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """A staff mail being carried out: the case as it has become so far, and what is to be written."""

    q: Question
    person: Person
    said: Instructions
    case: Case
    letters: Letters
    other: Case | None = None  # the case that a held one may belong to
    events: tuple[Event, ...] = ()
    changes: tuple[CaseChange, ...] = ()  # to other cases
    out: tuple[Letter, ...] = ()

    def then(self, kind: Kind, **data: object) -> Act:
        return self.add(Event(kind=kind, at=self.q.now, actor=self.person.id, data=data))

    def add(self, *events: Event) -> Act:
        case = self.case
        for event in events:
            case = evolve(case, event)
        return replace(self, case=case, events=(*self.events, *events))

    def write(self, letter: Letter) -> Act:
        return replace(self, out=(*self.out, letter))

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.q.brand.hours)

    @property
    def is_note(self) -> bool:
        """Whether the words below the commands stay inside: by address, by command, or because the brand wants it so."""
        by_address = any(t.direction is Direction.NOTE for t in self.q.signals.tokens)
        commanded = any(c.name in INTERNAL for c in self.said.commands)
        return by_address or commanded or self.q.brand.staff_reply == "note"
