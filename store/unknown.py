"""Letters of unknown fate: they were at the wire when a process ended, or no answer came. Only a person can find out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select, update

from intake.letters.letter import LetterKind
from store.schema import outbox
from store.writer import Tx

_UNKNOWN = outbox.c.state == "unknown"
_ALL = select(outbox.c.id, outbox.c.kind, outbox.c.case_ref, outbox.c.created_at).where(_UNKNOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """A letter that may have arrived."""

    outbox_id: int
    state: Literal["unknown"] = "unknown"
    kind: LetterKind
    case_ref: str
    since: datetime  # when it was written


def letters(tx: Tx) -> list[Unknown]:
    """All of them, the oldest first."""
    rows = tx.execute(_ALL.order_by(outbox.c.id))
    return [
        Unknown(outbox_id=row.id, kind=LetterKind(row.kind), case_ref=row.case_ref, since=row.created_at)
        for row in rows
    ]


def resend(tx: Tx, outbox_id: int, *, now: datetime) -> bool:
    """It did not arrive: it is sent once more, byte for byte. False where its fate is known."""
    return _settle(tx, outbox_id, state="pending", next_attempt_at=now)


def arrived(tx: Tx, outbox_id: int) -> bool:
    """It did arrive. False where its fate is known."""
    return _settle(tx, outbox_id, state="sent")


def _settle(tx: Tx, outbox_id: int, **values: Any) -> bool:
    return tx.execute(update(outbox).where(outbox.c.id == outbox_id, _UNKNOWN).values(values)).rowcount == 1
