"""Messages that were erased: that there was one, and nothing of it; also where it comes again, from a mailbox or an old backup.

Their rows stay, so that what was accepted is accounted for, and no number is given twice. What recognises a message that comes
again lies with the keys, for a database that was put back does not know of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from intake.deciding.decision import Verdict
from intake.message import Envelope, RawMessage
from store import blobs, codec
from store.schema import hold, inbound
from store.sealing import ring
from store.writer import Tx

REASON = "erased"
_BLANK = update(inbound).where(inbound.c.id == bindparam("which"))
_NOTHING: dict[str, Any] = {
    "envelope": codec.from_envelope(Envelope()),
    "checked": None,
    "unchecked": None,
    "sender": None,
    "fingerprint": None,
    "key": None,
    "fault": None,
    "node_id": None,
    "state": "done",
    "verdict": Verdict.DROP.value,
    "reasons": [REASON],
    "hits": [],
    "misses": [],
}


def words(fingerprint: str) -> str:
    """Whose mark stands for a message that was erased."""
    return f"message {fingerprint}"


def among(tx: Tx, fingerprints: Sequence[str]) -> set[str]:
    """Which of these were erased."""
    known = ring(tx.dialect).buried([words(each) for each in fingerprints])
    return {each for each in fingerprints if words(each) in known}


def empty(raw: RawMessage) -> RawMessage:
    """All that is kept of one that comes again."""
    return replace(raw, blob=b"", envelope=Envelope())


def close(tx: Tx, ids: Sequence[int], now: datetime) -> None:
    """Nobody needs to decide about those that came again."""
    if ids:
        tx.execute(_BLANK, [{"which": each, "decided_at": now, **_NOTHING} for each in ids])


def bury(tx: Tx, ids: Sequence[int], now: datetime) -> list[str]:
    """Leave nothing of these messages. Returns what their bytes were kept as."""
    before = tx.scalars(select(inbound.c.blob_id).where(inbound.c.id.in_(ids))).all()
    [nothing] = blobs.keep(tx, [(b"", now, None)])
    rows = [
        {
            "which": row.id,
            "decided_at": row.decided_at or now,
            "blob_id": nothing,
            **_NOTHING,
        }
        for row in tx.execute(select(inbound.c.id, inbound.c.decided_at).where(inbound.c.id.in_(ids)))
    ]
    if rows:
        tx.execute(delete(hold).where(hold.c.inbound_id.in_(ids)))
        tx.execute(_BLANK, rows)
    return list(before)
