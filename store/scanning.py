"""Where there is a virus scanner, a kept message waits for what it says about the files; only then it is decided.

The verdict is kept with the message: whatever is decided later, or anew, is decided by it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select, update

from intake.message import Scanned
from store import codec
from store.inbound import IN_ORDER, MOST_BYTES, UNSCANNED, Claimed, taken_up
from store.lease import claiming, claims, terms
from store.schema import inbound
from store.schema.arrivals import NEW
from store.writer import Tx

_CLAIM = claiming(inbound, UNSCANNED, *IN_ORDER, changes={"claims": claims(inbound)})
_WAITS = select(inbound.c.id).where(NEW, inbound.c.scanned.is_(None), inbound.c.id == bindparam("which"))


def claim(
    tx: Tx, *, node: int, now: datetime, limit: int, room: int = MOST_BYTES, at_hand: Collection[int] = ()
) -> list[Claimed]:
    """Take up to `limit` messages up that nobody has scanned, oldest first; no more than `room` bytes of them."""
    ids = list(tx.scalars(_CLAIM, terms(node=node, now=now, limit=limit, at_hand=at_hand)))
    return taken_up(tx, ids, now, room, alone=not at_hand)


def keep(tx: Tx, inbound_id: int, said: Scanned) -> bool:
    """Keep the verdict, and let the message be decided. False where somebody else has kept one before."""
    if tx.scalar(_WAITS, {"which": inbound_id}) is None:
        return False
    _give_back(tx, inbound_id, scanned=codec.from_scanned(said), claims=0, not_before=None)
    return True


def put_off(tx: Tx, inbound_id: int, *, until: datetime) -> None:
    """The scanner gave no answer: ask again later. It does not count as taken up, for the message did nothing wrong."""
    _give_back(tx, inbound_id, not_before=until, claims=inbound.c.claims - 1)


def _give_back(tx: Tx, inbound_id: int, **changes: object) -> None:
    tx.execute(update(inbound).where(inbound.c.id == inbound_id).values(node_id=None, **changes))
