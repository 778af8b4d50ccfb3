"""After a crash: what a process had taken up when it ended is free again, and no letter stays half sent for ever."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from store import outbox
from store.schema import case, inbound
from store.schema import outbox as letters
from store.schema.arrivals import NEW
from store.schema.cases import TIMED
from store.schema.outbox import UNSENT
from store.writer import Tx

_TAKEN = ((inbound, NEW), (case, TIMED), (letters, UNSENT))


def recover(tx: Tx, *, now: datetime, alone: bool) -> list[int]:
    """Put right what dead processes left behind. Returns the ids of letters that are now `unknown`, for people to look at.

    `alone` says that nobody else uses the database, so that every lease is a dead one (`Store.alone`, at start). Otherwise only
    those that have ended are; call it now and then.
    """
    if alone:
        for table, taken in _TAKEN:
            held = table.c.lease_owner.is_not(None)
            tx.execute(update(table).where(taken, held).values(lease_owner=None, lease_until=None))
    return outbox.recover(tx, now=now, alone=alone)
