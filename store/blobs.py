"""Exact bytes, by their SHA-256 (JMAP's blobId, RFC 8620): kept in the database, later perhaps in an object store.

What is worked on, or shown by a chat window, always has its bytes in the database: nothing but the audit asks the object store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    LargeBinary,
    Row,
    and_,
    bindparam,
    delete,
    exists,
    select,
    type_coerce,
    update,
)

from store import pieces
from store.columns import Utc
from store.inserting import missing, restored
from store.pieces import InPieces
from store.schema import blob, inbound, orphan, outbox, piece
from store.schema.arrivals import LARGE, MOVED, NEEDED
from store.schema.outbox import NEEDED as UNSETTLED
from store.sealing import Sealed
from store.writer import Tx

CONTENT: tuple[ColumnElement[Any], ...] = (blob.c.content, blob.c.pieces)
STORED: tuple[ColumnElement[Any], ...] = (type_coerce(blob.c.content, LargeBinary).label("stored"), blob.c.pieces)
_IDS: Any = bindparam("ids", expanding=True)
_AMONG = blob.c.sha256.in_(_IDS)
_UNUSED = (
    ~exists().where(inbound.c.blob_id == blob.c.sha256, NEEDED),
    ~exists().where(outbox.c.blob_id == blob.c.sha256, UNSETTLED),
)
_MOVABLE = (
    select(blob.c.sha256)
    .where(LARGE, blob.c.kept_at < bindparam("before", type_=Utc), *_UNUSED)
    .order_by(blob.c.kept_at)
    .limit(bindparam("most"))
)
_HELD = select(blob.c.sha256).where(_AMONG).with_for_update()
_EMPTIED = update(blob).where(_AMONG, blob.c.content.is_not(None), *_UNUSED).values(content=None, pieces=None)
_MOVED = (
    select(blob.c.sha256)
    .where(MOVED, blob.c.sha256 > bindparam("after"))
    .order_by(blob.c.sha256)
    .limit(bindparam("most"))
)
_OWNED = [select(table.c.blob_id).where(table.c.blob_id.in_(_IDS)) for table in (inbound, outbox)]
_OWNERLESS = and_(_AMONG, *(blob.c.sha256.not_in(each) for each in _OWNED))
_ORPHANS = select(orphan.c.sha256).order_by(orphan.c.sha256).limit(bindparam("most"))


def keep(tx: Tx, dated: Iterable[tuple[bytes | InPieces, datetime, int | None]]) -> list[str]:
    """Keep each of these bytes, at least one, once, however often it comes, with the time from when its age counts, and its key.

    Bytes that were moved and come again are here again. Returns their blob ids.
    """
    rows = [_row(*each) for each in dated]
    tx.execute(restored(tx, blob, "content"), rows)
    return [str(row["sha256"]) for row in rows]


def _row(content: bytes | InPieces, at: datetime, key: int | None) -> dict[str, Any]:
    if isinstance(content, InPieces):
        where = {"sha256": content.blob_id, "size": content.size, "content": b"", "pieces": content.key}
    else:
        sealed = Sealed(value=content, key=key if content else None)
        where = {"sha256": sha256(content).hexdigest(), "size": len(content), "content": sealed, "pieces": None}
    return where | {"kept_at": at}


def content(tx: Tx, blob_id: str) -> bytes | None:
    """The bytes; None where they were moved."""
    row = tx.execute(select(*CONTENT).where(blob.c.sha256 == blob_id)).one_or_none()
    return None if row is None else whole(tx, row)


def whole(tx: Tx, row: Row[Any]) -> bytes | None:
    """The bytes of a row that has CONTENT; None where they were moved."""
    content: bytes | None = row.content if row.pieces is None else pieces.opened(tx, row.pieces)
    return content


def sealed(tx: Tx, blob_id: str) -> bytes | bytearray | None:
    """The same as they stand in the database: in an object store they must be as unreadable as here."""
    row = tx.execute(select(*STORED).where(blob.c.sha256 == blob_id)).one_or_none()
    return None if row is None else as_stored(tx, row)


def as_stored(tx: Tx, row: Row[Any]) -> bytes | bytearray | None:
    """The same of a row that has STORED."""
    stored: bytes | None = row.stored
    return stored if row.pieces is None else pieces.joined(tx, row.pieces)


def movable(tx: Tx, *, before: datetime, limit: int) -> list[str]:
    """Large ones that nobody needs any more and that are older than this, the oldest first."""
    return list(tx.scalars(_MOVABLE, {"before": before, "most": limit}))


def let_go(tx: Tx, blob_ids: Sequence[str]) -> int:
    """Their bytes are durable elsewhere: empty the rows of those that nobody needs, and return how many these were.

    First they are locked, and only then it is asked who needs them: the same bytes may be coming in again at this moment.
    """
    tx.execute(_HELD, {"ids": blob_ids}).all()
    tx.execute(_pieces_of(_AMONG, *_UNUSED), {"ids": blob_ids})
    return tx.execute(_EMPTIED, {"ids": blob_ids}).rowcount


def _pieces_of(*which: ColumnElement[bool]) -> Delete:
    return delete(piece).where(piece.c.key.in_(select(blob.c.pieces).where(*which, blob.c.pieces.is_not(None))))


def moved(tx: Tx, *, after: str, limit: int) -> list[str]:
    """Those whose bytes are elsewhere, in the order of their ids, from this one on."""
    return list(tx.scalars(_MOVED, {"after": after, "most": limit}))


def forget(tx: Tx, blob_ids: Sequence[str]) -> None:
    """Let those go that no message and no letter has any more. Whoever has the object store deletes what lies there."""
    elsewhere = tx.scalars(select(blob.c.sha256).where(_OWNERLESS, MOVED), {"ids": blob_ids}).all()
    tx.execute(_pieces_of(_OWNERLESS), {"ids": blob_ids})
    tx.execute(delete(blob).where(_OWNERLESS), {"ids": blob_ids})
    if elsewhere:
        tx.execute(missing(tx, orphan), [{"sha256": each} for each in elsewhere])


def orphans(tx: Tx, *, limit: int) -> list[str]:
    """Whose bytes are to be deleted from the object store."""
    return list(tx.scalars(_ORPHANS, {"most": limit}))


def deleted(tx: Tx, blob_ids: Sequence[str]) -> None:
    """Their bytes are nowhere any more."""
    tx.execute(delete(orphan).where(orphan.c.sha256.in_(blob_ids)))
