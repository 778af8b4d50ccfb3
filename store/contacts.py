"""Who somebody is over time: one contact, reached at several points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import and_, insert, select

from intake.case import Case
from store.asking import asked, each, field
from store.columns import shorten
from store.inserting import missing
from store.schema import contact, contact_point
from store.sealing import Sealed, mark, ring
from store.writer import Tx

Point: TypeAlias = tuple[str, str]  # kind and value
Owner: TypeAlias = tuple[int, int | None]  # the number of a contact, and its key

_POINTS = each("points")  # a join: SQLite answers an IN of pairs by reading every point there is
_FIND = (
    select(contact_point.c.kind, contact_point.c.value, contact.c.id, contact.c.key)
    .join_from(
        _POINTS,
        contact_point,
        and_(contact_point.c.kind == field(_POINTS, "kind"), contact_point.c.value == field(_POINTS, "value")),
    )
    .join(contact)
)
_NEW = insert(contact).returning(contact.c.id, contact.c.key, sort_by_parameter_order=True)


def points(case: Case) -> list[Point]:
    """Where the customer of a new case is reached."""
    reached = [(case.route.channel, case.route.address)]
    reached += [("mail", each) for each in case.participants if "@" in each]
    return list(dict.fromkeys((shorten(kind), shorten(value)) for kind, value in reached))


def of(tx: Tx, cases: Sequence[Case], *, now: datetime) -> dict[str, int]:
    """The contact of each new case, by its reference: known by one of its points, or new. All points are theirs from now on."""
    reached = {case.ref: points(case) for case in cases}
    every = list(dict.fromkeys(point for found in reached.values() for point in found))
    known = _known(tx, every)
    known |= _welcome(tx, cases, reached, known, now)
    owners: dict[str, int] = {}
    for ref, found in reached.items():
        owner = min((known[point] for point in found if point in known), key=lambda each: each[0])
        owners[ref] = owner[0]
        known = dict.fromkeys(found, owner) | known
    tx.execute(missing(tx, contact_point), [_row(tx, point, known[point]) for point in every])
    return owners


def _known(tx: Tx, every: Iterable[Point]) -> dict[Point, Owner]:
    marked = {(kind, mark(tx.dialect, value)): (kind, value) for kind, value in every}
    sought = asked([{"kind": kind, "value": value} for kind, value in marked])
    found = tx.execute(_FIND, {"points": sought})
    return {marked[row.kind, row.value]: (row.id, row.key) for row in found}


def _welcome(
    tx: Tx, cases: Sequence[Case], reached: dict[str, list[Point]], known: dict[Point, Owner], now: datetime
) -> dict[Point, Owner]:
    """A new contact for each case of somebody who is not known, neither from before nor from a case before it."""
    strangers: list[Case] = []
    seen: set[Point] = set()
    for case in cases:
        if not known.keys() & reached[case.ref]:
            strangers += [] if seen.intersection(reached[case.ref]) else [case]
            seen.update(reached[case.ref])
    if not strangers:
        return {}
    rows = tx.execute(_NEW, [_named(case.customer_name, ring(tx.dialect).fresh(), now) for case in strangers]).all()
    return {point: (row.id, row.key) for case, row in zip(strangers, rows, strict=True) for point in reached[case.ref]}


def _named(name: str, key: int, now: datetime) -> dict[str, Any]:
    return {"name": Sealed(value=name, key=key), "created_at": now, "key": key}


def _row(tx: Tx, point: Point, owner: Owner) -> dict[str, Any]:
    kind, value = point
    return {
        "kind": kind,
        "value": mark(tx.dialect, value),
        "contact_id": owner[0],
        "words": Sealed(value=value, key=owner[1]),
    }
