"""Questions for tests of decisions: a real mail, really read, with facts as the test wants them; and a case to join."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from intake.case import Case, Route
from intake.deciding.decide import decide
from intake.deciding.decision import Decision, Facts
from intake.deciding.question import Question
from intake.history import fold, replay
from intake.policy import Policy
from intake.signals import Signals
from tests.harbour import POLICY, TUESDAY
from tests.paper import letters
from tests.story import DESK, JO, written
from workers.deciding.understanding import understand

REF = "HH-4829-1357K"
LAMP = "My lamp (order 88123) came with the wrong shade."


def a_case(**changes: Any) -> Case:
    """The lamp's case, open and acknowledged, Asha's."""
    whole = Case(
        ref=REF,
        brand="harbour",
        customer_name="Jo Marsh",
        route=Route(channel="mail", address="jo@customer.example"),
        participants=("jo@customer.example",),
        owner="asha",
        handler="asha",
        department="Customer Care",
        received_at=TUESDAY,
        issue="Lamp with the wrong shade (order 88123)",
        matters=("88123",),
        words=LAMP,
        first_time="asked",
        acknowledged_at=TUESDAY,
        events=1,
    )
    return replace(whole, **changes)


def ask(
    text: str = LAMP,
    *,
    by: str = JO,
    to: str = DESK,
    subject: str = "Lamp",
    now: datetime = TUESDAY,
    facts: Facts | None = None,
    signals: dict[str, Any] | None = None,
    raw: dict[str, Any] | None = None,
    policy: Policy = POLICY,
    **headers: str,
) -> Question:
    """What is asked about a mail. `signals` and `raw` change what was read off it."""
    came = replace(written(text, by=by, to=to, subject=subject, at=now, number=1, **headers), **(raw or {}))
    read = understand(came, policy)
    seen: Signals = replace(read.signals, **(signals or {}))
    return Question(
        inbound_id=1, raw=came, message=read.message, signals=seen, facts=facts or Facts(), policy=policy, now=now
    )


def decided(q: Question, ref: str = "HH-1111-2222X") -> Decision:
    return decide(q, letters(), lambda: ref)


def after(decision: Decision, case: Case | None = None) -> Case:
    """The case as the decision leaves it."""
    (change,) = decision.changes
    return fold(case, change.events) if case else replay(change.events)


def kinds(decision: Decision) -> list[str]:
    return [event.kind.value for change in decision.changes for event in change.events]


def told(decision: Decision) -> list[tuple[str, str]]:
    return [(letter.kind.value, letter.to.address) for letter in decision.letters]
