"""What is held for people: telling them, and what they confirm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from intake.deciding.decision import Confirmation
from intake.letters.digest import Untold
from store.columns import Utc
from store.schema import hold, inbound
from store.schema.arrivals import UNTOLD
from store.writer import Tx

MOST = 1_000  # that one digest counts
_WAITS = select(hold.c.inbound_id, hold.c.person, hold.c.case_ref, hold.c.held_at).where(UNTOLD)
_OLDEST = _WAITS.where(hold.c.held_at <= bindparam("before", type_=Utc)).order_by(hold.c.held_at).limit(1)
_OF_PERSON = _WAITS.where(hold.c.person == bindparam("who")).order_by(hold.c.held_at).limit(MOST)


def untold(tx: Tx, *, before: datetime) -> list[Untold]:
    """All that one person was not told of, oldest first, if any of it was held `before`. [] where nobody waits."""
    oldest = tx.execute(_OLDEST, {"before": before}).first()
    rows = tx.execute(_OF_PERSON, {"who": oldest.person}) if oldest is not None else ()
    return [Untold(**row) for row in (each._asdict() for each in rows)]


def told(tx: Tx, held: Iterable[Untold], *, now: datetime) -> None:
    """They have a letter about these."""
    ids = [each.inbound_id for each in held]
    tx.execute(update(hold).where(hold.c.inbound_id.in_(ids)).values(told_at=now))


def confirm(tx: Tx, said: Confirmation) -> bool:
    """Have a held message decided anew, as one that this person wrote. False where it is not held for them any more."""
    theirs = select(hold.c.inbound_id).where(hold.c.inbound_id == said.inbound_id, hold.c.person == said.person)
    waits = inbound.c.id == said.inbound_id, inbound.c.state == "held", inbound.c.id.in_(theirs)
    fresh = {"state": "new", "confirmed_by": said.person, "attempts": 0, "claims": 0, "not_before": None}
    if tx.execute(update(inbound).where(*waits).values(fresh)).rowcount != 1:
        return False
    tx.execute(delete(hold).where(hold.c.inbound_id == said.inbound_id))
    return True
