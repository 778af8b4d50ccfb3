"""A letter that could not be handed over at all: noted on its case, and told to whoever handles it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from intake.case import Case, Event, Kind
from intake.deciding.decision import CaseChange, Due
from intake.deciding.promising import next_look
from intake.letters.kinds import Letters
from intake.letters.letter import Delivery, Letter, LetterKind, Pending
from intake.policy import Policy

TO_CUSTOMERS = frozenset(
    {
        LetterKind.ACKNOWLEDGEMENT,
        LetterKind.REPEAT_ACKNOWLEDGEMENT,
        LetterKind.REPLY,
        LetterKind.PROMISE_BROKEN,
        LetterKind.FOLLOW_UP,
    }
)


def undelivered(
    case: Case, pending: Pending, lost: Sequence[Delivery], policy: Policy, letters: Letters, *, now: datetime
) -> Due:
    """Events, and a notice to the handler where the letter was for the customer."""
    brand = policy.brand(case.brand)
    events = tuple(
        Event(
            kind=Kind.DELIVERY_FAILED,
            at=now,
            actor="daemon",
            data={
                "recipient": d.recipient,
                "status": d.status,
                "diagnostic": d.diagnostic[:300],
                "letter": pending.kind.value,
            },
        )
        for d in lost
    )
    handler = policy.person(case.handler)
    notices: tuple[Letter, ...] = ()
    if handler is not None and pending.kind in TO_CUSTOMERS:
        notice = letters.hold_notice(
            handler,
            brand=brand,
            case=case,
            cause=f"outbox:{pending.outbox_id}",
            now=now,
            reason="delivery-failed",
            words=lost[0].diagnostic or lost[0].status,
            related=(),
        )
        notices = (notice,)
    return Due(changes=(CaseChange(ref=case.ref, events=events),), letters=notices, next_look=next_look(case, brand))
