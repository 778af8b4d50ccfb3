"""How much waits, for whoever watches the daemon."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from store.schema import case, hold, inbound, outbox
from store.schema.arrivals import NEW, PARKED, WAITING
from store.schema.cases import OPEN
from store.schema.outbox import SENDING, UNSENT
from store.writer import Tx

_QUEUES = {
    "undecided": select(func.count()).select_from(inbound).where(NEW),
    "parked": select(func.count()).select_from(inbound).where(PARKED),
    "held": select(func.count()).select_from(hold).where(WAITING),
    "unsent": select(func.count()).select_from(outbox).where(UNSENT),
    "sending": select(func.count()).select_from(outbox).where(SENDING),
    "open_cases": select(func.count()).select_from(case).where(OPEN),
}


_ALL = select(*(count.scalar_subquery().label(queue) for queue, count in _QUEUES.items()))


def backlog(tx: Tx) -> Mapping[str, int]:
    """Rows by queue: undecided, parked and held messages, unsent letters and those on the wire, open cases."""
    return dict(tx.execute(_ALL).mappings().one())
