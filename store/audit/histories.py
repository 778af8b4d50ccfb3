"""Every case's history is whole, and everything derived from it is what the history says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, TypeAlias

from sqlalchemy import Select, Table, Text, bindparam, select, type_coerce

from intake.case import Case, Event, Kind, Status
from intake.history import replay
from intake.policy import Policy
from store import chain, codec, projection
from store.audit.fault import Fault, stream
from store.keyring import Keyring
from store.schema import case, case_event, promise, register
from store.sealing import key_of, ring, unseal
from store.writer import Tx

_TOGETHER = 200  # cases whose derived rows are read at once
_REFS: Any = bindparam("refs", expanding=True)


def _raw(table: Table, *columns: str) -> Select[Any]:
    """The rows with some columns as they are stored, so that damage to them can be looked at."""
    return select(*(type_coerce(c, Text).label(c.name) if c.name in columns else c for c in table.c))


_EVENTS = _raw(case_event, "data", "at").order_by(case_event.c.case_ref, case_event.c.seq)
_CASES = _raw(case, "state").where(case.c.ref.in_(_REFS))
_REGISTER = select(register).where(register.c.case_ref.in_(_REFS))
_PROMISES = select(promise).where(promise.c.case_ref.in_(_REFS))

_History: TypeAlias = tuple[str, list[Any]]  # reference, rows of events


def histories(tx: Tx, policy: Policy) -> Iterator[Fault]:
    """Faults of the chains, and of what is derived from them."""
    whole = groupby(stream(tx, _EVENTS), attrgetter("case_ref"))
    each = ((ref, list(rows)) for ref, rows in whole)
    while some := list(islice(each, _TOGETHER)):
        yield from _some(tx, some, policy)
    empty = select(case.c.ref).join(case_event, case_event.c.case_ref == case.c.ref, isouter=True)
    for ref in tx.scalars(empty.where(case_event.c.seq.is_(None))):
        yield Fault(slug="history-missing", where=f"case:{ref}")


def head(tx: Tx) -> str:
    """One hash over the heads of all histories, whatever order the database sorts in."""
    digest = sha256()
    for line in sorted(f"{row.ref} {row.head_hash}\n" for row in stream(tx, select(case.c.ref, case.c.head_hash))):
        digest.update(line.encode())
    return digest.hexdigest()


def _some(tx: Tx, some: Sequence[_History], policy: Policy) -> Iterator[Fault]:
    keys, refs = ring(tx.dialect), [ref for ref, _ in some]
    yield from _sealed(keys, some)
    cases = {row.ref: row for row in tx.execute(_CASES, {"refs": refs})}
    registered = {row["case_ref"]: row for row in tx.execute(_REGISTER, {"refs": refs}).mappings()}
    promises: dict[str, list[Any]] = {}
    for row in tx.execute(_PROMISES, {"refs": refs}).mappings():
        promises.setdefault(row["case_ref"], []).append(dict(row))
    for ref, rows in some:
        where = f"case:{ref}"
        if ref not in cases:
            yield Fault(slug="case-missing", where=where)
            continue
        yield from (Fault(slug=slug, where=where) for slug in _chain(ref, rows, cases[ref].head_hash))
        derived = _derived(keys, rows, cases[ref], registered.get(ref), promises.get(ref, []), policy)
        yield from (Fault(slug=slug, where=where) for slug in derived)


def _sealed(keys: Keyring, some: Sequence[_History]) -> Iterator[Fault]:
    """Every event has a key, or had one that was destroyed."""
    used = {ref: {key_of(row.data) for row in rows} - {None} for ref, rows in some}
    known = keys.alive({number for numbers in used.values() for number in numbers if number is not None})
    yield from (
        Fault(slug="key-missing", where=f"case:{ref}") for ref, numbers in used.items() if numbers - known.keys()
    )


def _chain(ref: str, rows: Sequence[Any], stored_head: str) -> Iterator[str]:
    """Each event follows the one before it, and the last one is the head."""
    previous = chain.GENESIS
    for seq, row in enumerate(rows, start=1):
        made = _hash(previous, ref, seq, row)
        if (row.seq, row.previous_hash, row.hash) != (seq, previous, made):
            yield "chain-broken"
            return
        previous = row.hash
    if previous != stored_head:
        yield "chain-cut"


def _hash(previous: str, ref: str, seq: int, row: Any) -> str:
    """The hash that an event ought to have; "" for one whose time is none."""
    try:
        return chain.link(previous, ref=ref, seq=seq, kind=row.kind, at=_moment(row.at), actor=row.actor, data=row.data)
    except ValueError:
        return ""


def _derived(
    keys: Keyring, rows: Sequence[Any], stored: Any, registered: Any, promises: list[Any], policy: Policy
) -> Iterator[str]:
    try:
        made = replay(_event(keys, row) for row in rows)
    except (ValueError, KeyError, TypeError, AttributeError):
        yield "history-unreadable"
        return
    if _state(keys, stored.state) != made or not _columns_agree(made, stored):
        yield "case-differs"
    if [projection.promise_row(made.ref, each) for each in made.promises] != sorted(promises, key=_number(made)):
        yield "promise-differs"
    if made.status is Status.MERGED:
        if registered is not None:
            yield "register-row-of-merged"
    elif registered is None:
        yield "register-row-missing"
    elif projection.cells(made, policy).items() - registered.items():
        yield "register-differs"


def _event(keys: Keyring, row: Any) -> Event:
    """What was erased has no data any more."""
    data = json.loads(unseal(keys, row.data) or "{}")
    return Event(kind=Kind(row.kind), at=_moment(row.at), actor=row.actor, data=data)


def _state(keys: Keyring, stored: str) -> Case | None:
    """The case as it is kept; None where that cannot be read."""
    try:
        return codec.to_case(json.loads(unseal(keys, stored) or "null"))
    except ValueError:
        return None


def _moment(stored: str | datetime) -> datetime:
    """SQLite keeps a time as text, PostgreSQL as a time. Raises ValueError, also for a text that we would not have written."""
    if not isinstance(stored, str):
        return stored
    moment = datetime.fromisoformat(stored)
    if moment.isoformat(" ", "microseconds") != stored:
        raise ValueError("a time in another form")
    return moment.replace(tzinfo=UTC)


def _columns_agree(made: Case, stored: Any) -> bool:
    """The columns that cases are looked up by say the same as the case."""
    columns = stored.brand, stored.status, stored.owner, stored.handler, stored.received_at, stored.events
    return columns == (made.brand, made.status.value, made.owner, made.handler, made.received_at, made.events)


def _number(made: Case) -> Any:
    """Sorts promises as the case has them; strangers last."""
    order = {each.id: number for number, each in enumerate(made.promises)}
    return lambda row: order.get(row["id"], len(order))
