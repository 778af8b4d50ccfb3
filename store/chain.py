"""The history of a case as a chain of hashes: no event can be changed, taken out or moved without breaking it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, bindparam, insert, select

from intake.case import Event, Kind
from store import columns
from store.schema import case_event
from store.writer import Tx

GENESIS = ""  # what the first event of a case follows
_INSERT = insert(case_event)
_HISTORY = select(case_event).where(case_event.c.case_ref == bindparam("ref")).order_by(case_event.c.seq)


def link(previous: str, *, ref: str, seq: int, kind: str, at: datetime, actor: str, data: str) -> str:
    """The hash of an event, from the one before it. `data` is its canonical JSON, which only counts by its own hash:
    shredded data leaves a chain that still verifies."""
    parts = (previous, ref, str(seq), kind, at.astimezone(UTC).isoformat(), actor, sha256(data.encode()).hexdigest())
    return sha256("\n".join(parts).encode()).hexdigest()


def links(ref: str, events: Sequence[Event], *, after: int, head: str) -> list[dict[str, Any]]:
    """The rows that add events to a history that has `after` of them and ends in `head`."""
    return list(_rows(ref, events, after, head))


def write(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    tx.execute(_INSERT, rows)


def as_stored(event: Event) -> Event:
    """The event as it will be read back: a case is folded from this, so that replaying gives the same case."""
    return replace(event, actor=columns.clean(event.actor), data=columns.plain(event.data), at=event.at.astimezone(UTC))


def history(tx: Tx, ref: str) -> list[Event]:
    """All events of a case, oldest first."""
    return [event_of(row) for row in tx.execute(_HISTORY, {"ref": ref})]


def event_of(row: Row[Any]) -> Event:
    return Event(kind=Kind(row.kind), at=row.at, actor=row.actor, data=row.data)


def _rows(ref: str, events: Sequence[Event], after: int, head: str) -> Iterator[dict[str, Any]]:
    for seq, event in enumerate(events, start=after + 1):
        row: dict[str, Any] = {"kind": event.kind.value, "at": event.at, "actor": event.actor}
        previous, head = head, link(head, ref=ref, seq=seq, data=columns.canonical(event.data), **row)
        yield {**row, "case_ref": ref, "seq": seq, "data": event.data, "previous_hash": previous, "hash": head}
