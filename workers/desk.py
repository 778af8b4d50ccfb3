"""Deciding inside a transaction: look up, decide, write the letters out, apply. The daemon, `import` and `explain` share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from intake import reference
from intake.case import Case, Kind
from intake.compose import compose
from intake.decide import decide
from intake.decision import CaseChange, Decision, Due
from intake.due import due
from intake.history import evolve
from intake.letter import Delivery, Letter, Pending, Submission
from intake.letters import Letters
from intake.policy import Policy
from intake.ports import Ids
from intake.promising import next_look
from intake.question import Question
from intake.rules import keys
from intake.undelivered import undelivered
from store import apply, cases, facts
from store.writer import Tx
from workers.understanding import Understood


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What deciding needs besides the message and the store."""

    policy: Policy
    letters: Letters
    ids: Ids

    def settle(self, tx: Tx, inbound_id: int, understood: Understood, now: datetime) -> Decision:
        """Decide one kept message and apply the decision, in the caller's transaction."""
        decision = self.consider(tx, inbound_id, understood, now)
        self._apply(tx, inbound_id, decision, now)
        return decision

    def consider(self, tx: Tx, inbound_id: int | None, understood: Understood, now: datetime) -> Decision:
        """What would be decided, without any effect."""
        asked = keys(inbound_id, understood.raw, understood.message, understood.signals)
        question = Question(
            inbound_id=inbound_id,
            raw=understood.raw,
            message=understood.message,
            signals=understood.signals,
            facts=facts.facts(tx, asked, now=now),
            policy=self.policy,
            now=now,
        )
        prefix = self.policy.brand(understood.signals.brand).prefix
        return decide(question, self.letters, lambda: reference.make(prefix, self.ids.case_number()))

    def look(self, tx: Tx, case: Case, now: datetime) -> Due:
        """Do what time has made due on a case, as it was when it was taken up. Raises Conflict where it has moved on."""
        found = due(case, self.policy, self.letters, now=now)
        self._apply(tx, None, found, now, looks={case.ref: found.next_look}, seen=(case,))
        return found

    def undelivered(self, tx: Tx, pending: Pending, lost: Sequence[Delivery], now: datetime) -> None:
        """Note on its case that a letter could not be handed over, and tell whoever handles it."""
        case = cases.look(tx, pending.case_ref)
        if case is not None:
            self._apply(tx, None, undelivered(case, pending, lost, self.policy, self.letters, now=now), now)

    def write(self, tx: Tx, due: Due, now: datetime) -> None:
        """Letters that no message and no case has caused."""
        self._apply(tx, None, due, now)

    def _apply(
        self,
        tx: Tx,
        inbound_id: int | None,
        decision: Decision | Due,
        now: datetime,
        *,
        looks: Mapping[str, datetime | None] | None = None,
        seen: tuple[Case, ...] = (),
    ) -> None:
        apply.apply(
            tx,
            inbound_id=inbound_id,
            decision=decision,
            outgoing=[(letter, self._submission(letter, now)) for letter in decision.letters],
            policy=self.policy,
            now=now,
            next_look=self._looks(tx, decision.changes) if looks is None else looks,
            seen=seen,
        )

    def _submission(self, letter: Letter, now: datetime) -> Submission:
        brand = self.policy.brand(letter.brand)
        return compose(letter, brand=brand, policy=self.policy, letter_id=self.ids.letter(), now=now)

    def _looks(self, tx: Tx, changes: Iterable[CaseChange]) -> Mapping[str, datetime | None]:
        return {change.ref: self._look_after(tx, change) for change in changes}

    def _look_after(self, tx: Tx, change: CaseChange) -> datetime | None:
        opens = any(
            event.kind is Kind.CASE_OPENED for event in change.events
        )  # a number that is taken is found out later
        case = None if opens else cases.look(tx, change.ref)
        for event in change.events:
            case = evolve(case, event)
        return next_look(case, self.policy.brand(case.brand)) if case else None
