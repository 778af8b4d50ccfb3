"""What has been kept for as long as it is to be: which messages and cases that are, class by class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, select

from intake.case import Kind
from intake.retention import Class
from store import cases, graves
from store.columns import Utc
from store.schema import case, case_event, inbound
from store.writer import Tx

PAGE = 500

_BEFORE = bindparam("before", type_=Utc)
_SETTLED = case.c.status.in_(("resolved", "merged"))
_OF_CASE = and_(_SETTLED, inbound.c.state == "done")
_CHAT = inbound.c.channel == "chat"
_ALONE = inbound.c.case_ref.is_(None)
_TOLD = case_event.alias("told")
ERASED = exists().where(_TOLD.c.case_ref == case.c.ref, _TOLD.c.kind == Kind.ERASED.value)
_BURIED = inbound.c.reasons.is_not_distinct_from([graves.REASON])
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
        found = [Due(inbound_id=row.id, case_ref=row.case_ref, since=row.received_at) for row in rows]
        yield from _free(tx, found)
        last = rows[-1].id


def _page(what: Class) -> Select[Any]:
    joined = select(inbound.c.id, inbound.c.case_ref, inbound.c.received_at)
    joined = joined.join(case, case.c.ref == inbound.c.case_ref, isouter=True)
    old = inbound.c.received_at < _BEFORE, inbound.c.id > bindparam("after")
    return joined.where(_MESSAGES[what], ~_BURIED, *old).order_by(inbound.c.id).limit(PAGE)


def _cases(tx: Tx, before: datetime) -> Iterator[Due]:
    """Their age counts from the last thing that happened to them, but for what retention itself did."""
    latest = func.max(case_event.c.at)
    found = (
        select(case.c.ref, latest.label("at")).join(case_event).where(_SETTLED, case.c.received_at < _BEFORE, ~ERASED)
    )
    counted = found.where(case_event.c.kind != Kind.MESSAGES_DELETED.value).group_by(case.c.ref)
    rows = iter(tx.execute(counted.having(latest < _BEFORE).order_by(latest, case.c.ref), {"before": before}).all())
    while some := [Due(case_ref=row.ref, since=row.at) for row in islice(rows, PAGE)]:
        yield from _free(tx, some)


def _free(tx: Tx, some: Sequence[Due]) -> Iterator[Due]:
    """Those that are under no legal hold."""
    known = cases.look_all(tx, list({each.case_ref for each in some if each.case_ref}))
    held = {ref for ref, found in known.items() if found.legal_hold}
    yield from (each for each in some if each.case_ref not in held)
