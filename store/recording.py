"""What happened to cases, written down: events, the cases as they then stand, and everything that is made from them.

A batch is written table by table: a statement costs much the same for one row as for fifty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import bindparam, delete, select, update

from intake.case import Case, Event, Kind
from intake.history import fold, replay
from intake.policy import Policy
from store import chain, codec, contacts, projection, sealing
from store.cases import FREE
from store.errors import Conflict, RefTaken
from store.inserting import added
from store.keyring import Keyring
from store.schema import case as cases
from store.schema import case_event, case_matter, participant, promise, thread_id
from store.sealing import Sealed, ring
from store.writer import Tx

Look: TypeAlias = Callable[[Case], datetime | None]  # when a case must be looked at again

_HISTORY = select(case_event).where(case_event.c.case_ref == bindparam("ref")).order_by(case_event.c.seq)
_HELD = (
    select(cases.c.ref, cases.c.state, cases.c.head_hash, cases.c.key)
    .where(cases.c.ref.in_(bindparam("refs", expanding=True)))
    .order_by(cases.c.ref)
    .with_for_update()
)
_WRITE = update(cases).where(cases.c.ref == bindparam("which"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """What becomes of a case. The rows are those of its new events."""

    ref: str
    before: Case | None
    case: Case
    key: int
    rows: list[dict[str, Any]]


def record(tx: Tx, events: Mapping[str, Sequence[Event]], *, policy: Policy, now: datetime, look: Look) -> None:
    """Add events to cases, by reference, and let go of them; `case_opened` begins one.

    Raises RefTaken where there is a case already with the reference of a new one, Conflict for one that is not known.
    """
    links = {ref: [chain.linked(event) for event in each] for ref, each in events.items()}
    known = _held(tx, [ref for ref, each in links.items() if not _opens(each)])
    steps = [_step(ring(tx.dialect), ref, each, known.get(ref)) for ref, each in links.items()]
    _begin(tx, [step for step in steps if step.before is None], now, look)
    chain.write(tx, [row for step in steps for row in step.rows])
    _go_on(tx, [step for step in steps if step.before is not None], look)
    projection.project(tx, [(step.before, step.case, step.key) for step in steps], policy=policy)


def rebuild(tx: Tx, ref: str, policy: Policy) -> Case:
    """Make everything that is derived from the case's history again. Raises Conflict for an unknown case."""
    rows = tx.execute(_HISTORY, {"ref": ref}).all()
    if not rows:
        raise Conflict(ref)
    case = replay(map(chain.event_of, rows))
    key = tx.scalar(select(cases.c.key).where(cases.c.ref == ref)) or ring(tx.dialect).fresh()
    tx.execute(_WRITE, {"which": ref, **_columns(case, key, [{"hash": rows[-1].hash}])})
    for table in (participant, case_matter, promise):
        tx.execute(delete(table).where(table.c.case_ref == ref))
    projection.project(tx, [(None, case, key)], policy=policy)
    return case


def erase(tx: Tx, ref: str, event: Event, *, policy: Policy) -> None:
    """Leave of a case what this event says: nothing that was before it is read. The next event gets a key of its own."""
    row = tx.execute(select(cases.c.events, cases.c.head_hash).where(cases.c.ref == ref)).one()
    link = chain.linked(event)
    case = replay([link.event])
    rows = chain.rows(ref, [link], after=row.events, head=row.head_hash, seal=_plainly)
    chain.write(tx, rows)
    tx.execute(_WRITE, {"which": ref, **_columns(case, None, rows), **FREE, "next_look": None})
    for table in (participant, case_matter, promise, thread_id):
        tx.execute(delete(table).where(table.c.case_ref == ref))
    projection.project(tx, [(None, case, None)], policy=policy)


def _plainly(text: str) -> str:
    """What is said about an erasure must be read by everybody."""
    return text


def _opens(links: Sequence[chain.Link]) -> bool:
    return any(each.event.kind is Kind.CASE_OPENED for each in links)


def _held(tx: Tx, refs: Sequence[str]) -> dict[str, tuple[Case, str, int | None]]:
    """Cases, the hashes of their latest events, and their keys."""
    if not refs:
        return {}
    found = {row.ref: (codec.to_case(row.state), row.head_hash, row.key) for row in tx.execute(_HELD, {"refs": refs})}
    if unknown := [ref for ref in refs if ref not in found]:
        raise Conflict(unknown[0])
    return found


def _step(keys: Keyring, ref: str, links: Sequence[chain.Link], known: tuple[Case, str, int | None] | None) -> _Step:
    """A case without a key, because it is new, from before there were keys, or erased, gets one."""
    before, head, key = known or (None, chain.GENESIS, None)
    key = keys.fresh() if key is None else key
    events = [each.event for each in links]
    case = replay(events) if before is None else fold(before, events)
    rows = chain.rows(
        ref, links, after=before.events if before else 0, head=head, seal=partial(sealing.seal, keys, key)
    )
    return _Step(ref=ref, before=before, case=case, key=key, rows=rows)


def _begin(tx: Tx, steps: Sequence[_Step], now: datetime, look: Look) -> None:
    if not steps:
        return
    people = contacts.of(tx, [step.case for step in steps], now=now)
    rows = [{"ref": step.ref, "contact_id": people[step.case.ref], **_row(step, look)} for step in steps]
    if len(tx.scalars(added(tx, cases), rows).all()) < len(rows):
        raise RefTaken(", ".join(step.ref for step in steps))


def _go_on(tx: Tx, steps: Sequence[_Step], look: Look) -> None:
    if steps:
        tx.execute(_WRITE, [{"which": step.ref, **_row(step, look), **FREE} for step in steps])


def _row(step: _Step, look: Look) -> dict[str, Any]:
    return {**_columns(step.case, step.key, step.rows), "next_look": look(step.case)}


def _columns(case: Case, key: int | None, links: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "head_hash": links[-1]["hash"],
        "brand": case.brand,
        "status": case.status.value,
        "owner": case.owner,
        "handler": case.handler,
        "received_at": case.received_at,
        "state": Sealed(value=codec.from_case(case), key=key),
        "events": case.events,
        "key": key,
    }
