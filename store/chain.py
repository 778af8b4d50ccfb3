"""The history of a case as a chain of hashes: no event can be changed, taken out or moved without breaking it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, Text, bindparam, insert, select

from intake.case import Event, Kind
from store import columns
from store.schema import case_event
from store.writer import Tx

GENESIS = ""  # what the first event of a case follows
_INSERT = insert(case_event).values(data=bindparam("text", type_=Text))
_HISTORIES = (
    select(case_event)
    .where(case_event.c.case_ref.in_(bindparam("refs", expanding=True)))
    .order_by(case_event.c.case_ref, case_event.c.seq)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """An event as it will be read back: a case is folded from this, so that replaying gives the same case."""

    event: Event
    text: str  # its data as canonical JSON


def linked(event: Event) -> Link:
    """What is kept of an event."""
    text = columns.canonical(event.data)
    at, actor = event.at.astimezone(UTC), columns.clean(event.actor)
    return Link(event=Event(kind=event.kind, at=at, actor=actor, data=json.loads(text)), text=text)


def link(previous: str, *, ref: str, seq: int, kind: str, at: datetime, actor: str, data: str) -> str:
    """The hash of an event, from the one before it. `data` is what is stored: sealed, so that a chain whose key was destroyed
    still verifies."""
    parts = (previous, ref, str(seq), kind, at.astimezone(UTC).isoformat(), actor, sha256(data.encode()).hexdigest())
    return sha256("\n".join(parts).encode()).hexdigest()


def rows(
    ref: str, events: Sequence[Link], *, after: int, head: str, seal: Callable[[str], str]
) -> list[dict[str, Any]]:
    """The rows that add events to a history that has `after` of them and ends in `head`."""
    made = []
    for seq, each in enumerate(events, start=after + 1):
        text = seal(each.text)
        row: dict[str, Any] = {"kind": each.event.kind.value, "at": each.event.at, "actor": each.event.actor}
        previous, head = head, link(head, ref=ref, seq=seq, data=text, **row)
        made.append({**row, "case_ref": ref, "seq": seq, "text": text, "previous_hash": previous, "hash": head})
    return made


def write(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        tx.execute(_INSERT, rows)


def histories(tx: Tx, refs: Sequence[str]) -> dict[str, list[Event]]:
    """All events of these cases, oldest first."""
    found: dict[str, list[Event]] = {}
    for row in tx.execute(_HISTORIES, {"refs": refs}) if refs else ():
        found.setdefault(row.case_ref, []).append(event_of(row))
    return found


def event_of(row: Row[Any]) -> Event:
    return Event(kind=Kind(row.kind), at=row.at, actor=row.actor, data=row.data)
