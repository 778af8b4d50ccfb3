"""Cases and their histories: looked at, listed, taken up when their time comes, written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from intake.case import Case, Event, Status
from intake.history import evolve, replay
from intake.policy import Policy
from store import chain, codec, contacts, projection
from store.columns import shortened
from store.errors import Conflict, RefTaken
from store.inserting import added
from store.lease import NOW, claiming, terms
from store.schema import case as cases
from store.schema import case_event, case_matter, participant, promise
from store.writer import Tx

_DUE = claiming(cases, cases.c.next_look <= NOW, cases.c.next_look, changes={})
_STATES = select(cases.c.ref, cases.c.state).where(cases.c.ref.in_(bindparam("refs", expanding=True)))
_LOCKED = select(cases.c.state, cases.c.head_hash).where(cases.c.ref == bindparam("ref")).with_for_update()
_WRITE = update(cases).where(cases.c.ref == bindparam("which"))
_FREE = {"node_id": None}


def look(tx: Tx, ref: str) -> Case | None:
    """The case as it stands."""
    return look_all(tx, [ref]).get(ref)


def look_all(tx: Tx, refs: Sequence[str]) -> dict[str, Case]:
    """The cases that there are among these references."""
    wanted = shortened(refs)
    if not wanted:
        return {}
    return {row.ref: codec.to_case(row.state) for row in tx.execute(_STATES, {"refs": wanted})}


def history(tx: Tx, ref: str) -> list[Event]:
    """What happened to the case, oldest first; [] for an unknown one."""
    return chain.history(tx, ref)


def newest(tx: Tx, *, status: Status | None = None, limit: int = 100) -> list[Case]:
    """Cases by the time they were received, newest first."""
    statement = select(cases.c.state).order_by(cases.c.received_at.desc(), cases.c.ref).limit(limit)
    if status is not None:
        statement = statement.where(cases.c.status == status.value)
    return [codec.to_case(state) for state in tx.scalars(statement)]


def due(tx: Tx, *, node: int, now: datetime, limit: int) -> list[Case]:
    """Take up to `limit` cases up whose next look has come, also those that the node has already. `apply` gives them back."""
    refs = list(tx.scalars(_DUE, terms(node=node, now=now, limit=limit)))
    found = look_all(tx, refs)
    return [found[ref] for ref in sorted(found)]


def open_case(
    tx: Tx, ref: str, events: Sequence[Event], *, policy: Policy, now: datetime, next_look: datetime | None
) -> None:
    """Begin a case. Raises RefTaken where there is one with this reference."""
    stored = [chain.as_stored(event) for event in events]
    case = replay(stored)
    links = chain.links(ref, stored, after=0, head=chain.GENESIS)
    row = _columns(case, links) | {"ref": ref, "contact_id": contacts.contact_of(tx, case, now=now)}
    if tx.scalar(added(tx, cases), row | {"next_look": next_look}) is None:
        raise RefTaken(ref)
    chain.write(tx, links)
    projection.project(tx, case, before=None, policy=policy)


def extend(
    tx: Tx, ref: str, events: Sequence[Event], *, policy: Policy, next_look: datetime | None, seen: int | None = None
) -> None:
    """Add to a case and let go of it. Raises Conflict where it is unknown, or has not `seen` events any more."""
    found = tx.execute(_LOCKED, {"ref": ref}).one_or_none()
    before = codec.to_case(found.state) if found is not None else None
    if found is None or before is None or (seen is not None and seen != before.events):
        raise Conflict(ref)
    case = before
    stored = [chain.as_stored(event) for event in events]
    for event in stored:
        case = evolve(case, event)
    links = chain.links(ref, stored, after=before.events, head=found.head_hash)
    chain.write(tx, links)
    tx.execute(_WRITE, {"which": ref, **_columns(case, links), **_FREE, "next_look": next_look})
    projection.project(tx, case, before=before, policy=policy)


def put_back(tx: Tx, ref: str, *, next_look: datetime | None, seen: int | None = None) -> None:
    """Say when the case must be looked at again, and let go of it. Raises Conflict where it has not `seen` events any more."""
    statement = _WRITE if seen is None else _WRITE.where(cases.c.events == seen)
    if tx.execute(statement, {"which": ref, **_FREE, "next_look": next_look}).rowcount != 1:
        raise Conflict(ref)


def rebuild(tx: Tx, ref: str, policy: Policy) -> Case:
    """Make everything that is derived from the case's history again. Raises Conflict for an unknown case."""
    rows = tx.execute(select(case_event).where(case_event.c.case_ref == ref).order_by(case_event.c.seq)).all()
    if not rows:
        raise Conflict(ref)
    case = replay(map(chain.event_of, rows))
    tx.execute(_WRITE, {"which": ref, **_columns(case, [{"hash": rows[-1].hash}])})
    for table in (participant, case_matter, promise):
        tx.execute(delete(table).where(table.c.case_ref == ref))
    projection.project(tx, case, before=None, policy=policy)
    return case


def _columns(case: Case, links: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "head_hash": links[-1]["hash"],
        "brand": case.brand,
        "status": case.status.value,
        "owner": case.owner,
        "handler": case.handler,
        "received_at": case.received_at,
        "state": codec.from_case(case),
        "events": case.events,
    }
