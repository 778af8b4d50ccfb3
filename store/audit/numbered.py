"""No row of a message is taken out, nor another put in its place: their numbers and names, as far as these can no longer change.

A row stays for ever, blank where the message was erased, with the name by which it is recognised. So a hash over these, kept
among the anchors, shows a message that was deleted by hand, also one that came to no case and is in no history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import bindparam, func, select, text

from store.audit.fault import Fault, stream
from store.schema import inbound
from store.writer import Tx

_BEGUN = text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
_ENDED = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= :begun")
_ROWS = (
    select(*(inbound.c[name] for name in ("id", "channel", "account", "source_id", "received_at")))
    .where(inbound.c.id > bindparam("after"), inbound.c.id <= bindparam("up_to"))
    .order_by(inbound.c.id)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Top:
    """The highest number there was at a moment. A lower one may still come, of a transaction that was open then."""

    number: int
    begun: int  # PostgreSQL's transactions from this one on had not begun


def top(tx: Tx) -> Top:
    """SQLite has one writer, and its numbers come in order."""
    number = tx.scalar(select(func.max(inbound.c.id))) or 0
    return Top(number=number, begun=tx.scalar(_BEGUN) or 0 if tx.dialect.name == "postgresql" else 0)


def final(tx: Tx, seen: Top) -> bool:
    """Whether no number up to this one can come any more. Ask a while later: who takes a number begins at once."""
    return not seen.begun or bool(tx.scalar(_ENDED, {"begun": seen.begun}))


def digest(tx: Tx, after: int, up_to: int) -> str:
    """One hash over the rows with these numbers."""
    found = sha256()
    for row in stream(tx, _ROWS.params(after=after, up_to=up_to)):
        name = row.channel, row.account, row.source_id, row.received_at.isoformat()
        found.update("\0".join((str(row.id), *name, "\n")).encode())
    return found.hexdigest()


def differing(tx: Tx, noted: Iterable[tuple[int, str]]) -> Iterator[Fault]:
    """Where the rows are not what was noted about them: up to which number, and the hash from the one before on."""
    after = 0
    for up_to, known in noted:
        if digest(tx, after, up_to) != known:
            yield Fault(slug="arrivals-differ", where=f"inbound:{after + 1}-{up_to}")
        after = up_to
