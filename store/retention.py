"""What has been kept for as long as it is to be: which messages and cases that are, class by class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select

from intake.retention import Class
from store.columns import Utc
from store.schema import case, case_event, inbound
from store.writer import Tx

PAGE = 500

_BEFORE = bindparam("before", type_=Utc)
_SETTLED = case.c.status.in_(("resolved", "merged"))
_OF_CASE = and_(_SETTLED, inbound.c.state == "done")
_CHAT = inbound.c.channel == "chat"
_ALONE = inbound.c.case_ref.is_(None)
_MESSAGES: Mapping[Class, ColumnElement[bool]] = {
    Class.MAIL: and_(_OF_CASE, ~_CHAT),
    Class.CHAT: and_(_OF_CASE, _CHAT),
    Class.OTHERS: and_(_ALONE, inbound.c.state == "done"),
    Class.HELD: and_(_ALONE, inbound.c.state.in_(("held", "parked"))),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """Something whose time has come: a message, or a whole case where it has no number."""

    inbound_id: int | None = None
    case_ref: str | None
    since: datetime  # from when its age counts


def due(tx: Tx, what: Class, *, before: datetime) -> Iterator[Due]:
    """All of one class that is older than this, the oldest cases or lowest numbers first. What is under legal hold is not."""
    return _cases(tx, before) if what is Class.COMPLAINTS else _messages(tx, what, before)


def _messages(tx: Tx, what: Class, before: datetime) -> Iterator[Due]:
    statement = _page(what)
    last = 0
    while rows := tx.execute(statement, {"before": before, "after": last}).all():
        yield from (Due(inbound_id=row.id, case_ref=row.case_ref, since=row.received_at) for row in rows)
        last = rows[-1].id


def _page(what: Class) -> Select[Any]:
    joined = select(inbound.c.id, inbound.c.case_ref, inbound.c.received_at)
    joined = joined.join(case, case.c.ref == inbound.c.case_ref, isouter=True)
    old = inbound.c.received_at < _BEFORE, inbound.c.id > bindparam("after")
    return joined.where(_MESSAGES[what], *old).order_by(inbound.c.id).limit(PAGE)


def _cases(tx: Tx, before: datetime) -> Iterator[Due]:
    """Their age counts from the last thing that happened to them."""
    latest = func.max(case_event.c.at)
    found = select(case.c.ref, latest.label("at")).join(case_event).where(_SETTLED, case.c.received_at < _BEFORE)
    old = found.group_by(case.c.ref).having(latest < _BEFORE).order_by(latest, case.c.ref)
    yield from (Due(case_ref=row.ref, since=row.at) for row in tx.execute(old, {"before": before}))
