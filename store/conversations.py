"""What was said in a conversation, in the order in which it came to be seen: customers' messages and letters to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import Row, func, or_, select

from intake.letters.letter import Submission
from store import blobs
from store.schema import blob, inbound, outbox
from store.sealing import marked_name
from store.writer import Tx

MOST = 200
SHIFT = 31  # a position holds how far both directions were read: message ids above these bits, letter ids below


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One message or one letter."""

    position: int
    at: datetime
    inbound: bool
    blob: bytes
    submission: Submission


def since(tx: Tx, account: str, conversation: str, position: int) -> list[Line]:
    """What came after a position (0 for everything), oldest first, at most a few hundred."""
    seen_in, seen_out = position >> SHIFT, position & ((1 << SHIFT) - 1)
    came = [(at, True, row) for at, row in _timed(_came(tx, account, conversation, seen_in))]
    went = [(at, False, row) for at, row in _timed(_went(tx, account, conversation, seen_out))]
    lines = []
    for at, is_inbound, row in sorted([*came, *went], key=lambda item: (item[0], not item[1], item[2].id)):
        if is_inbound:
            seen_in = row.id
        else:
            seen_out = row.id
        content = blobs.whole(tx, row) or b""
        submission = Submission(
            channel=account,
            mail_from="",
            rcpt_to=(conversation,),
            message_id="" if is_inbound else row.message_id,
            blob=content,
        )
        place = (seen_in << SHIFT) | seen_out
        lines.append(Line(position=place, at=at, inbound=is_inbound, blob=content, submission=submission))
    return lines


def _timed(rows: Iterable[Row[Any]]) -> list[tuple[datetime, Row[Any]]]:
    """Rows by id with times that never go back, so that sorting by time keeps each direction in the order of its ids."""
    rows = list(rows)
    return list(zip(accumulate((row.at for row in rows), max), rows, strict=True))


def _came(tx: Tx, account: str, conversation: str, after: int) -> list[Row[Any]]:
    """A chat names its messages "conversation/id", so that a prefix of the name finds them by index."""
    prefix = marked_name(tx.dialect, conversation)
    statement = (
        select(inbound.c.id, inbound.c.received_at.label("at"), *blobs.CONTENT)
        .join(blob, blob.c.sha256 == inbound.c.blob_id)
        .where(
            inbound.c.channel == "chat",
            inbound.c.account == account,
            inbound.c.source_id > f"{prefix}/",
            inbound.c.source_id < f"{prefix}0",  # "0" follows "/"
            inbound.c.id > after,
        )
        .order_by(inbound.c.id)
        .limit(MOST)
    )
    return list(tx.execute(statement))


def _went(tx: Tx, account: str, conversation: str, after: int) -> list[Row[Any]]:
    """Letters from the moment their windows are told to look. None is shown before an earlier one that still waits.

    Otherwise a window that has seen the later one would never ask for the earlier one again.
    """
    to_them = (outbox.c.address == conversation) & (outbox.c.channel == account)
    waits = outbox.c.sent_at.is_(None) & outbox.c.state.in_(("pending", "deferred"))
    first_waiting = select(func.min(outbox.c.id)).where(to_them, waits).scalar_subquery()
    statement = (
        select(outbox.c.id, outbox.c.created_at.label("at"), outbox.c.message_id, *blobs.CONTENT)
        .join(blob, blob.c.sha256 == outbox.c.blob_id)
        .where(
            to_them,
            or_(outbox.c.sent_at.is_not(None), outbox.c.state.in_(("sending", "unknown"))),
            outbox.c.id > after,
            outbox.c.id < func.coalesce(first_waiting, outbox.c.id + 1),
        )
        .order_by(outbox.c.id)
        .limit(MOST)
    )
    return list(tx.execute(statement))
