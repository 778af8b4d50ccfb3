"""Cases and their histories: looked at, listed, taken up when their time comes, written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update

from intake.case import Case, Event, Status
from store import chain, codec
from store.columns import shortened
from store.errors import Conflict
from store.lease import NOW, claiming, terms
from store.schema import case as cases
from store.writer import Tx

_DUE = claiming(cases, cases.c.next_look <= NOW, cases.c.next_look, changes={})
_STATES = select(cases.c.ref, cases.c.state).where(cases.c.ref.in_(bindparam("refs", expanding=True)))
_HOLD = (
    select(cases.c.ref, cases.c.events)
    .where(cases.c.ref.in_(bindparam("refs", expanding=True)))
    .order_by(cases.c.ref)
    .with_for_update()
)
_WRITE = update(cases).where(cases.c.ref == bindparam("which"))
FREE = {"node_id": None}


def look(tx: Tx, ref: str) -> Case | None:
    """The case as it stands."""
    return look_all(tx, [ref]).get(ref)


def look_all(tx: Tx, refs: Sequence[str]) -> dict[str, Case]:
    """The cases that there are among these references."""
    wanted = shortened(refs)
    if not wanted:
        return {}
    return {row.ref: codec.to_case(row.state) for row in tx.execute(_STATES, {"refs": wanted}) if row.state}


def history(tx: Tx, ref: str) -> list[Event]:
    """What happened to the case, oldest first; [] for an unknown one."""
    return chain.histories(tx, [ref]).get(ref, [])


def newest(tx: Tx, *, status: Status | None = None, limit: int = 100) -> list[Case]:
    """Cases by the time they were received, newest first."""
    statement = select(cases.c.state).order_by(cases.c.received_at.desc(), cases.c.ref).limit(limit)
    if status is not None:
        statement = statement.where(cases.c.status == status.value)
    return [codec.to_case(state) for state in tx.scalars(statement) if state]


def due(tx: Tx, *, node: int, now: datetime, limit: int) -> list[Case]:
    """Take up to `limit` cases up whose next look has come, also those that the node has already. `apply` gives them back."""
    refs = list(tx.scalars(_DUE, terms(node=node, now=now, limit=limit)))
    found = look_all(tx, refs)
    return [found[ref] for ref in sorted(found)]


def unmoved(tx: Tx, seen: Sequence[Case]) -> None:
    """Raise Conflict where a case has moved on since it was read; until the transaction ends none of them will."""
    if not seen:
        return
    found = {row.ref: row.events for row in tx.execute(_HOLD, {"refs": [case.ref for case in seen]})}
    if moved := [case.ref for case in seen if found.get(case.ref) != case.events]:
        raise Conflict(moved[0])


def put_back(tx: Tx, ref: str, *, next_look: datetime | None) -> None:
    """Say when the case must be looked at again, and let go of it."""
    tx.execute(_WRITE, {"which": ref, **FREE, "next_look": next_look})
