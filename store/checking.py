"""Mail straight from the Internet waits, once it is kept, until it is known who stands behind it; only then it is decided.

What was found out is kept with the message: whatever is decided later, or anew, is decided by the same facts.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select, update

from intake.message import Checked
from store import codec
from store.inbound import MOST_BYTES, Claimed, taken_up
from store.lease import claiming, claims, terms
from store.schema import inbound
from store.schema.arrivals import UNCHECKED
from store.sealing import Sealed
from store.writer import Tx

_CLAIM = claiming(inbound, UNCHECKED, inbound.c.id, changes={"claims": claims(inbound)})
_WAITS = select(inbound.c.key).where(UNCHECKED, inbound.c.id == bindparam("which"))


def claim(
    tx: Tx, *, node: int, now: datetime, limit: int, room: int = MOST_BYTES, at_hand: Collection[int] = ()
) -> list[Claimed]:
    """Take up to `limit` unchecked messages up, oldest first; no more than `room` bytes of them. `at_hand` are being checked."""
    ids = list(tx.scalars(_CLAIM, terms(node=node, now=now, limit=limit, at_hand=at_hand)))
    return taken_up(tx, ids, now, room, alone=not at_hand)


def keep(tx: Tx, inbound_id: int, found: Checked) -> bool:
    """Keep what was found out, and let the message be decided. False where somebody else has found out before."""
    waits = tx.execute(_WAITS, {"which": inbound_id}).one_or_none()
    if waits is None:
        return False
    fresh = {"claims": 0, "node_id": None}
    row = {"unchecked": None, "checked": Sealed(value=codec.from_checked(found), key=waits.key), **fresh}
    tx.execute(update(inbound).where(inbound.c.id == inbound_id).values(row))
    return True
