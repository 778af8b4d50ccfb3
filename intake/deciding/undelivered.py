"""A letter that could not be handed over at all, or came back: noted on its case, and told to whoever handles it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from intake.case import Case, Event, Kind
from intake.deciding.decision import CaseChange, Due
from intake.deciding.promising import next_look
from intake.letters.kinds import Letters
from intake.letters.letter import Delivery, Letter, LetterKind, Pending
from intake.policy import Brand, Person, Policy
from intake.signals import Report

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
    events = tuple(failure(each, now=now, letter=pending.kind.value) for each in lost)
    handler = policy.person(case.handler) if pending.kind in TO_CUSTOMERS else None
    notices = (
        (notice(case, lost[0], handler, brand, letters, cause=f"outbox:{pending.outbox_id}", now=now),)
        if handler
        else ()
    )
    return Due(changes=(CaseChange(ref=case.ref, events=events),), letters=notices, next_look=next_look(case, brand))


def failure(lost: Delivery | Report, *, now: datetime, **known: str) -> Event:
    """A recipient whom a letter did not reach, as the case remembers it."""
    data = {"recipient": lost.recipient, "status": lost.status, "diagnostic": lost.diagnostic[:300], **known}
    return Event(kind=Kind.DELIVERY_FAILED, at=now, actor="daemon", data=data)


def notice(
    case: Case, lost: Delivery | Report, handler: Person, brand: Brand, letters: Letters, *, cause: str, now: datetime
) -> Letter:
    """What the handler is told of it, in the other side's words."""
    return letters.hold_notice(
        handler,
        brand=brand,
        case=case,
        cause=cause,
        now=now,
        reason="delivery-failed",
        words=lost.diagnostic or lost.status,
        related=(),
    )
