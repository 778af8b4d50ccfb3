"""After the end of a node: what it had taken up is free again, and no letter stays half sent for ever."""

from __future__ import annotations

from sqlalchemy import and_, update

from store import outbox, pieces
from store.schema import case, inbound, mailbox_lease
from store.schema import outbox as letters
from store.schema.arrivals import NEW
from store.schema.cases import TAKEN
from store.schema.outbox import TAKEN as AT_HAND
from store.schema.outbox import UNSENT
from store.writer import Tx

_TAKEN = ((inbound, NEW), (case, TAKEN), (letters, and_(AT_HAND, UNSENT)), (mailbox_lease, TAKEN))


def give_back(tx: Tx, node: int) -> list[int]:
    """Free everything that an ended node had. Returns the ids of letters that are now `unknown`, for people to look at."""
    for table, taken in _TAKEN:
        tx.execute(update(table).where(taken, table.c.node_id == node).values(node_id=None))
    pieces.drop_all(tx, node)
    return outbox.lose(tx, node)
