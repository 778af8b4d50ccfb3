"""Who somebody is over time: one contact, reached at several points."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, insert, select, tuple_

from intake.case import Case
from store.inserting import missing
from store.schema import contact, contact_point
from store.writer import Tx

_FIND = (
    select(contact_point.c.contact_id)
    .where(tuple_(contact_point.c.kind, contact_point.c.value).in_(bindparam("points", expanding=True)))
    .order_by(contact_point.c.contact_id)
)
_NEW = insert(contact).returning(contact.c.id)


def points(case: Case) -> list[tuple[str, str]]:
    """Where the customer of a new case is reached, each as kind and value."""
    reached = [(case.route.channel, case.route.address)]
    return list(dict.fromkeys(reached + [("mail", each) for each in case.participants if "@" in each]))


def contact_of(tx: Tx, case: Case, *, now: datetime) -> int:
    """The contact whose case this is: known by one of its points, or new. All points are theirs from now on."""
    found = points(case)
    contact_id: int | None = tx.scalars(_FIND, {"points": found}).first()
    if contact_id is None:
        contact_id = tx.scalars(_NEW, {"name": case.customer_name, "created_at": now}).one()
    rows = [{"kind": kind, "value": value, "contact_id": contact_id} for kind, value in found]
    tx.execute(missing(tx, contact_point), rows)
    return contact_id
