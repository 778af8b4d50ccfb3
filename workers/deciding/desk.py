"""Deciding inside a transaction: look up, decide, write the letters out, apply. The daemon, `import` and `explain` share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from types import MappingProxyType
from typing import Any

from intake import reference
from intake.case import Case
from intake.deciding.decide import decide
from intake.deciding.decision import Decision, Due
from intake.deciding.due import due
from intake.deciding.promising import next_look
from intake.deciding.question import Question
from intake.deciding.rules import keys
from intake.deciding.undelivered import undelivered
from intake.letters.compose import compose
from intake.letters.kinds import Letters
from intake.letters.letter import Delivery, Letter, Pending, Submission
from intake.policy import Policy
from intake.ports import Ids
from store import apply, cases, facts, lookups
from store.recording import Look
from store.writer import Tx
from workers.deciding.batch import Batch, strangers
from workers.deciding.understanding import Understood


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What deciding needs besides the message and the store."""

    policy: Policy
    letters: Letters
    ids: Ids

    def settle(self, tx: Tx, batch: Mapping[int, Understood], now: datetime) -> dict[int, Decision]:
        """Decide kept messages and apply the decisions, all in the caller's transaction: as one after the other would be.

        Those in a row that have nothing to do with each other are looked up together, and applied together.
        """
        decided: dict[int, Decision] = {}
        while waiting := {key: each for key, each in batch.items() if key not in decided}:
            decided |= self._together(tx, strangers(waiting), now)
        return decided

    def consider(self, tx: Tx, understood: Understood, now: datetime) -> Decision:
        """What would be decided about a message that is not kept, without any effect."""
        [question] = self._questions(tx, {None: understood}, now)
        return self._decide(question)

    def _together(self, tx: Tx, waiting: Mapping[int, Understood], now: datetime) -> dict[int, Decision]:
        """Decide the first of them, and others up to one whose look-up a decision before it has overtaken."""
        batch, decided = Batch(), dict[int, Decision]()
        questions = self._questions(tx, waiting, now)
        for inbound_id, question in takewhile(lambda pair: batch.holds(pair[1]), zip(waiting, questions, strict=True)):
            decided[inbound_id] = self._decide(batch.up_to_date(question))
            batch.note(decided[inbound_id])
        senders = {
            inbound_id: question.signals.sender or question.message.conversation or ""
            for inbound_id, question in zip(waiting, questions, strict=True)
        }
        self._apply(tx, decided, now, senders=senders)
        return decided

    def look(self, tx: Tx, case: Case, now: datetime) -> Due:
        """Do what time has made due on a case, as it was when it was taken up. Raises Conflict where it has moved on."""
        written = lookups.automatic_to(tx, case.route.address, now)
        others = cases.look_all(tx, lookups.of_people(tx, [case.route.address]).get(case.route.address, [])).values()
        found = due(case, self.policy, self.letters, now=now, written=written, others=others)
        self._apply(tx, {None: found}, now, look=lambda _: found.next_look, seen=(case,))
        return found

    def undelivered(self, tx: Tx, pending: Pending, lost: Sequence[Delivery], now: datetime) -> None:
        """Note on its case that a letter could not be handed over, and tell whoever handles it."""
        case = cases.look(tx, pending.case_ref)
        if case is not None:
            self._apply(tx, {None: undelivered(case, pending, lost, self.policy, self.letters, now=now)}, now)

    def write(self, tx: Tx, due: Due, now: datetime) -> None:
        """Letters that no message and no case has caused."""
        self._apply(tx, {None: due}, now)

    def _questions(self, tx: Tx, batch: Mapping[Any, Understood], now: datetime) -> list[Question]:
        """What is asked about each of them, with what is known."""
        asked = [keys(key, each.raw, each.message, each.signals) for key, each in batch.items()]
        return [
            Question(
                inbound_id=key,
                raw=each.raw,
                message=each.message,
                signals=each.signals,
                facts=known,
                policy=self.policy,
                now=now,
            )
            for (key, each), known in zip(batch.items(), facts.facts(tx, asked, now=now), strict=True)
        ]

    def _decide(self, question: Question) -> Decision:
        prefix = question.brand.prefix
        return decide(question, self.letters, lambda: reference.make(prefix, self.ids.case_number()))

    def _apply(
        self,
        tx: Tx,
        decided: Mapping[Any, Decision | Due],
        now: datetime,
        *,
        look: Look | None = None,
        seen: Sequence[Case] = (),
        senders: Mapping[Any, str] = MappingProxyType({}),
    ) -> None:
        outcomes = [
            apply.Outcome(
                inbound_id=inbound_id,
                decision=decision,
                letters=[(letter, self._submission(letter, now)) for letter in decision.letters],
                sender=senders.get(inbound_id, ""),
            )
            for inbound_id, decision in decided.items()
        ]
        apply.apply(tx, outcomes, policy=self.policy, now=now, look=look or self._next_look, seen=seen)

    def _submission(self, letter: Letter, now: datetime) -> Submission:
        brand = self.policy.brand(letter.brand)
        return compose(letter, brand=brand, policy=self.policy, letter_id=self.ids.letter(), now=now)

    def _next_look(self, case: Case) -> datetime | None:
        return next_look(case, self.policy.brand(case.brand))
