"""A staff mail being carried out: the case as it becomes step by step, and what is to be written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.case import Case, Event, Kind, Status
from intake.deciding.decision import CaseChange
from intake.deciding.question import Question
from intake.history import fold
from intake.hours import Calendar
from intake.letters.kinds import About, Letters
from intake.letters.letter import Letter
from intake.policy import Brand, Person
from intake.signals import Direction
from intake.staff.commands import Instructions

INSIDE = frozenset({"pass", "followup", "idea", "status", "join"})  # text below them is for us
OUTSIDE = frozenset({"promise", "complex", "resolve"})  # text below them is for the customer
EITHER = frozenset({"reopen", "open"})


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
    events: tuple[Event, ...] = ()
    changes: tuple[CaseChange, ...] = ()  # to other cases
    out: tuple[Letter, ...] = ()

    def then(self, kind: Kind, **data: object) -> Act:
        return self.add(Event(kind=kind, at=self.q.now, actor=self.person.id, data=data))

    def add(self, *events: Event) -> Act:
        return replace(self, case=fold(self.case, events), events=(*self.events, *events))

    def write(self, letter: Letter) -> Act:
        """One letter of a kind for each reader: of two, the later one knows more."""
        others = (each for each in self.out if (each.kind, each.to) != (letter.kind, letter.to))
        return replace(self, out=(*others, letter))

    def tell(self, person: Person, kind_of: About, reason: str, *, case: Case | None = None, words: str = "") -> Act:
        """A notification about this case, or another one."""
        about = case or self.case
        return self.write(
            self.letters.notification(
                about,
                person,
                cause=self.q.cause,
                now=self.q.now,
                words=words or self.said.body or about.words,
                reasons=(reason,),
                kind_of=kind_of,
                promise=next(iter(about.open_promises), None),
            )
        )

    def needs(self, *status: Status) -> None:
        """Raises Refused where the case does not stand where a command needs it."""
        if self.case.status not in status:
            slug, detail = _INSTEAD[self.case.status]
            raise Refused(slug, detail)

    @property
    def brand(self) -> Brand:
        """The case's, whichever brand's address the mail came to."""
        return self.q.policy.brand(self.case.brand)

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.brand.hours)

    @property
    def answers(self) -> bool:
        """Whether the words below the commands go to the customer. Raises Refused where only their author can tell."""
        names = {c.name for c in self.said.commands}
        inside = "note" in names or any(t.direction is Direction.NOTE for t in self.q.signals.tokens)
        if not self.said.body or (inside and "reply" not in names):
            return False
        if inside:
            raise Refused(
                "note-and-reply", "It is marked both as a note and as a reply to the customer. Send one of them."
            )
        if "reply" in names:
            return True
        if self.brand.staff_reply == "note":
            return False
        if names & EITHER or (names & INSIDE and names & OUTSIDE):
            said = " and ".join(f"#{c.name}" for c in self.said.commands)
            raise Refused(
                "who-is-it-for",
                f"With {said} we cannot tell whom your text is for. Add a line #reply if it is for the customer, "
                "or #note if it is for us.",
            )
        return not names & INSIDE


_INSTEAD = {
    Status.HELD: ("still-held", "The case is held. First say #join if it belongs to the other case, or #open if not."),
    Status.OPEN: ("still-open", "The case is open; there is nothing to take up again."),
    Status.INVESTIGATING: ("still-open", "The case is open; there is nothing to take up again."),
    Status.FOLLOW_UP: ("already-resolved", "The case is resolved already. If it is not, begin with #reopen."),
    Status.RESOLVED: ("already-resolved", "The case is resolved already. If it is not, begin with #reopen."),
    Status.MERGED: ("already-joined", "The case has become part of another one. Answer a letter about that one."),
}
