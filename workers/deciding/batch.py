"""What the messages of a batch have to do with each other: where it must be parted, and what changes on the way.

Decisions of one batch are made from one look-up, before any of them is in the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from intake.case import Kind
from intake.deciding.decision import CaseChange, Decision, Facts
from intake.deciding.question import Question
from intake.letters.letter import LetterKind
from store.outbox import domain
from workers.deciding.understanding import Understood

_ACKNOWLEDGES = (LetterKind.ACKNOWLEDGEMENT, LetterKind.REPEAT_ACKNOWLEDGEMENT)
_MOVES = frozenset(
    {
        Kind.HANDLER_ASSIGNED,
        Kind.CASE_PASSED,
        Kind.CASE_MERGED,
        Kind.CASE_RESOLVED,
        Kind.CASE_REOPENED,
        Kind.FOLLOW_UP_ANSWERED,
    }
)  # what changes how many open cases somebody handles, beside a new case


def strangers(waiting: Mapping[int, Understood]) -> dict[int, Understood]:
    """The first of them, up to one that plainly has to do with one before it."""
    names: set[str | None] = set()
    for number, each in enumerate(waiting.values()):
        message, signals = each.message, each.signals
        who = {signals.sender, message.conversation, *signals.matters} - {None}
        if names & {*who, *message.in_reply_to, *message.references}:
            return dict(islice(waiting.items(), number))
        names |= {*who, message.message_id}
    return dict(waiting)


class Batch:
    """Begun with a look-up, over when what was decided from it is applied."""

    def __init__(self) -> None:
        self._names: set[str] = set()  # what was looked up by these is out of date
        self._stale = False  # everything is
        self._addresses: Counter[str] = Counter()
        self._domains: Counter[str] = Counter()
        self._notices: Counter[str] = Counter()
        self._loads: Counter[str] = Counter()

    def holds(self, question: Question) -> bool:
        """Whether what was looked up for it is still what would be found."""
        return not self._stale and self._names.isdisjoint(_asked(question))

    def up_to_date(self, question: Question) -> Question:
        """The question, with the decisions before it in its figures."""
        facts, who = question.facts, question.signals.sender or question.message.conversation or ""
        now = replace(
            facts,
            letters_to_sender_24h=facts.letters_to_sender_24h + self._addresses[who],
            acks_to_domain_1h=facts.acks_to_domain_1h + (self._domains[domain(who)] if domain(who) else 0),
            acks_all_1m=facts.acks_all_1m + self._addresses.total(),
            hold_notices_24h=facts.hold_notices_24h + self._notices[question.signals.staff],
            open_cases_of=dict(Counter(facts.open_cases_of) + self._loads),
        )
        return replace(question, facts=now)

    def note(self, decision: Decision) -> None:
        """It has been decided."""
        for change in decision.changes:
            self._names.update(_written(change))
            for event in change.events:
                self._stale |= event.kind in _MOVES
                self._loads.update([event.data["handler"]] if event.kind is Kind.CASE_OPENED else ())
        for letter in decision.letters:
            self._names.add(letter.case_ref)
            self._notices[letter.to.address] += letter.kind is LetterKind.HOLD_NOTICE
            if letter.kind in _ACKNOWLEDGES:
                self._addresses[letter.to.address] += 1
                self._domains[domain(letter.to.address)] += 1


def _asked(question: Question) -> Iterator[str]:
    """Everything by which its cases were found, and the cases."""
    message, signals = question.message, question.signals
    yield from (each for each in (signals.sender, message.conversation) if each)
    yield from (*message.in_reply_to, *message.references, *signals.matters, *signals.case_refs)
    yield from _cases(question.facts)


def _cases(facts: Facts) -> Iterator[str]:
    led = (facts.by_token, facts.by_reference, facts.by_message_id, facts.by_conversation)
    yield from (case.ref for case in led if case is not None)
    yield from (case.ref for case in (*facts.of_contact, *facts.same_matter, *facts.related))


def _written(change: CaseChange) -> Iterator[str]:
    """What a case can be found by from now on."""
    yield change.ref
    for event in change.events:
        for name in ("participants", "matters", "thread"):
            yield from event.data.get(name, ())
        yield from (event.data[name] for name in ("message_id", "participant", "address") if event.data.get(name))
