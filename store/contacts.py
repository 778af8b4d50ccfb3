"""Who somebody is over time: one contact, reached at several points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import and_, insert, select

from intake.case import Case
from store.asking import asked, each, field
from store.columns import shorten
from store.inserting import missing
from store.schema import contact, contact_point
from store.writer import Tx

Point: TypeAlias = tuple[str, str]  # kind and value

_POINTS = each("points")  # a join: SQLite answers an IN of pairs by reading every point there is
_FIND = select(contact_point).join_from(
    _POINTS,
    contact_point,
    and_(contact_point.c.kind == field(_POINTS, "kind"), contact_point.c.value == field(_POINTS, "value")),
)
_NEW = insert(contact).returning(contact.c.id, sort_by_parameter_order=True)


def points(case: Case) -> list[Point]:
    """Where the customer of a new case is reached."""
    reached = [(case.route.channel, case.route.address)]
    reached += [("mail", each) for each in case.participants if "@" in each]
    return list(dict.fromkeys((shorten(kind), shorten(value)) for kind, value in reached))


def of(tx: Tx, cases: Sequence[Case], *, now: datetime) -> dict[str, int]:
    """The contact of each new case, by its reference: known by one of its points, or new. All points are theirs from now on."""
    reached = {case.ref: points(case) for case in cases}
    every = [point for found in reached.values() for point in found]
    sought = asked([{"kind": kind, "value": value} for kind, value in every])
    known = {(row.kind, row.value): row.contact_id for row in tx.execute(_FIND, {"points": sought})}
    known |= _welcome(tx, cases, reached, known, now)
    owners: dict[str, int] = {}
    for ref, found in reached.items():
        owners[ref] = min(known[point] for point in found if point in known)
        known = dict.fromkeys(found, owners[ref]) | known
    rows = [{"kind": point[0], "value": point[1], "contact_id": known[point]} for point in dict.fromkeys(every)]
    tx.execute(missing(tx, contact_point), rows)
    return owners


def _welcome(
    tx: Tx, cases: Sequence[Case], reached: dict[str, list[Point]], known: dict[Point, int], now: datetime
) -> dict[Point, int]:
    """A new contact for each case of somebody who is not known, neither from before nor from a case before it."""
    strangers: list[Case] = []
    seen: set[Point] = set()
    for case in cases:
        if not known.keys() & reached[case.ref]:
            strangers += [] if seen.intersection(reached[case.ref]) else [case]
            seen.update(reached[case.ref])
    if not strangers:
        return {}
    ids = tx.scalars(_NEW, [{"name": case.customer_name, "created_at": now} for case in strangers]).all()
    return {point: id_ for case, id_ in zip(strangers, ids, strict=True) for point in reached[case.ref]}
