"""Deciding: look up, decide, write the letters out, apply, in one transaction. The daemon, `import` and `explain` share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
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
from store import cases, facts, lookups
from store.apply import Outcome, apply
from store.recording import Look
from store.writer import Tx
from workers.deciding.batch import Batch, strangers
from workers.deciding.understanding import Understood


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What was decided from what was known, before anything of it is written. It stands as long as the same is known."""

    asked: Sequence[Question]
    decided: Mapping[Any, Decision]  # the first of them, up to one whose look-up a decision before it has overtaken
    outcomes: Sequence[Outcome]  # of these


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What deciding needs besides the message and the store."""

    policy: Policy
    letters: Letters
    ids: Ids

    def draft(self, tx: Tx, batch: Mapping[int, Understood], now: datetime) -> Draft:
        """Decide kept messages as far as their first look-up goes, in a transaction that need not be able to write."""
        return self._draft(self._questions(tx, strangers(batch), now))

    def settle(
        self, tx: Tx, batch: Mapping[int, Understood], now: datetime, ahead: Draft | None = None
    ) -> dict[int, Decision]:
        """Decide kept messages and apply the decisions, all in the caller's transaction: as one after the other would be.

        Those in a row that have nothing to do with each other are looked up together, and applied together. What was drafted
        `ahead`, at the same time `now`, need not be decided again where nothing has changed since.
        """
        decided: dict[int, Decision] = {}
        while waiting := {key: each for key, each in batch.items() if key not in decided}:
            questions = self._questions(tx, strangers(waiting), now)
            draft = ahead if ahead and ahead.asked == questions else self._draft(questions)
            self._apply(tx, draft.outcomes, now)
            decided |= draft.decided
        return decided

    def consider(self, tx: Tx, understood: Understood, now: datetime) -> Decision:
        """What would be decided about a message that is not kept, without any effect."""
        [question] = self._questions(tx, {None: understood}, now)
        return self._decide(question)

    def look(self, tx: Tx, case: Case, now: datetime) -> Due:
        """Do what time has made due on a case, as it was when it was taken up. Raises Conflict where it has moved on."""
        written = lookups.automatic_to(tx, case.route.address, now)
        others = cases.look_all(tx, lookups.of_people(tx, [case.route.address]).get(case.route.address, [])).values()
        found = due(case, self.policy, self.letters, now=now, written=written, others=others)
        self._apply(tx, [self._outcome(None, found, now)], now, look=lambda _: found.next_look, seen=(case,))
        return found

    def undelivered(self, tx: Tx, pending: Pending, lost: Sequence[Delivery], now: datetime) -> None:
        """Note on its case that a letter could not be handed over, and tell whoever handles it."""
        case = cases.look(tx, pending.case_ref)
        if case is not None:
            told = undelivered(case, pending, lost, self.policy, self.letters, now=now)
            self._apply(tx, [self._outcome(None, told, now)], now)

    def write(self, tx: Tx, due: Due, now: datetime) -> None:
        """Letters that no message and no case has caused."""
        self._apply(tx, [self._outcome(None, due, now)], now)

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

    def _draft(self, questions: Sequence[Question]) -> Draft:
        batch, decided, outcomes = Batch(), dict[Any, Decision](), list[Outcome]()
        for question in takewhile(batch.holds, questions):
            decision = decided[question.inbound_id] = self._decide(batch.up_to_date(question))
            batch.note(decision)
            sender = question.signals.sender or question.message.conversation or ""
            outcomes.append(self._outcome(question.inbound_id, decision, question.now, sender))
        return Draft(asked=questions, decided=decided, outcomes=outcomes)

    def _decide(self, question: Question) -> Decision:
        prefix = question.brand.prefix
        return decide(question, self.letters, lambda: reference.make(prefix, self.ids.case_number()))

    def _outcome(self, inbound_id: int | None, decision: Decision | Due, now: datetime, sender: str = "") -> Outcome:
        letters = [(letter, self._submission(letter, now)) for letter in decision.letters]
        return Outcome(inbound_id=inbound_id, decision=decision, letters=letters, sender=sender)

    def _apply(
        self,
        tx: Tx,
        outcomes: Sequence[Outcome],
        now: datetime,
        *,
        look: Look | None = None,
        seen: Sequence[Case] = (),
    ) -> None:
        apply(tx, outcomes, policy=self.policy, now=now, look=look or self._next_look, seen=seen)

    def _submission(self, letter: Letter, now: datetime) -> Submission:
        brand = self.policy.brand(letter.brand)
        return compose(letter, brand=brand, policy=self.policy, letter_id=self.ids.letter(), now=now)

    def _next_look(self, case: Case) -> datetime | None:
        return next_look(case, self.policy.brand(case.brand))
