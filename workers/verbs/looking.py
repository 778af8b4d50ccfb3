"""`cases`, `case`, `register`, `parked`, `rebuild`, `migrate`: looking at, and after, what is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from intake import reference
from intake.case import Case, Event, Status
from intake.register import HEADERS
from store import cases as shelf
from store import inbound, recording, register, unknown
from store.database import Store
from store.errors import Conflict
from store.migrate import migrate as bring_up
from store.writer import Tx
from workers import basics
from workers.clock import SystemClock
from workers.verbs import output, spreadsheet

T = TypeVar("T")
LISTED = 10_000


def cases(config: Path | None, *, as_json: bool, status: Status | None) -> int:
    """Every case, newest first."""
    found = _read(config, lambda tx: shelf.newest(tx, status=status, limit=LISTED))
    if as_json:
        for case in found:
            output.line(summary(case))
        return 0
    headings = ("Case", "Status", "Owner", "Handler", "Received", "Due", "Issue")
    output.table(headings, [_row(case) for case in found])
    return 0


def case(ref: str, config: Path | None, *, as_json: bool) -> int:
    """One case with its whole history. Status 1 where there is none."""
    wanted = spelled_out(ref)
    found, history = _read(config, lambda tx: (shelf.look(tx, wanted), shelf.history(tx, wanted)))
    if found is None:
        output.complain(f"{ref}: there is no such case")
        return 1
    if as_json:
        output.line(summary(found) | {"case": asdict(found), "history": [asdict(event) for event in history]})
        return 0
    for key, value in summary(found).items():
        output.say(f"{key:>14}: {value}")
    for event in history:
        output.say(f"  {event.at:%Y-%m-%d %H:%M:%S}  {event.kind.value:<26} {event.actor:<10} {_details(event)}")
    return 0


def show_register(config: Path | None, *, as_json: bool, to: Path | None) -> int:
    """The register: printed, or written to a file with exactly its nine columns."""
    rows = _read(config, register.rows)
    if to is not None:
        try:
            count = spreadsheet.write(to, rows)
        except (OSError, ValueError) as error:
            output.complain(f"{to}: {error}")
            return 1
        output.say(f"{count} rows written to {to}")
        return 0
    if as_json:
        for row in rows:
            output.line(dict(zip(HEADERS, row, strict=True)))
        return 0
    output.table(HEADERS, rows)
    return 0


def parked(config: Path | None, *, as_json: bool, **settled: int | None) -> int:
    """What waits for a person: messages that triage could not finish, mail that is held, letters of unknown fate.

    `settled` names one of `_WAYS`, and the number of the message or letter that it is done to.
    """
    if found := {name: number for name, number in settled.items() if number is not None}:
        return max(_settle(config, name, number) for name, number in found.items())
    messages, letters = _read(config, lambda tx: (inbound.parked(tx), unknown.letters(tx)))
    if as_json:
        for item in [*map(asdict, messages), *map(asdict, letters)]:
            output.line(item)
        return 0
    rows = [*map(_of_message, messages), *map(_of_letter, letters)]
    output.table(("Number", "State", "Since", "Reason", "Case", "For"), rows)
    return 0


_WAYS: dict[str, tuple[Callable[[Tx, int, datetime], bool], str]] = {
    "retry": (lambda tx, number, now: inbound.retry(tx, number), "will be decided again"),
    "release": (lambda tx, number, now: inbound.release(tx, number, now=now), "released"),
    "resend": (lambda tx, number, now: unknown.resend(tx, number, now=now), "will be sent again"),
    "arrived": (lambda tx, number, now: unknown.arrived(tx, number), "has arrived"),
}


def _settle(config: Path | None, name: str, number: int) -> int:
    change, words = _WAYS[name]
    if not _write(config, lambda tx: change(tx, number, SystemClock().now())):
        output.complain(f"{number}: no such {'letter' if name in ('resend', 'arrived') else 'message'} waits")
        return 1
    output.say(f"{number}: {words}")
    return 0


def _of_message(item: inbound.Parked) -> tuple[str, ...]:
    since = _minute(item.since or item.received_at)
    return (str(item.inbound_id), item.state, since, item.reason, item.case_ref, item.person)


def _of_letter(item: unknown.Unknown) -> tuple[str, ...]:
    return (str(item.outbox_id), item.state, _minute(item.since), item.kind.value, item.case_ref, "")


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def rebuild(ref: str, config: Path | None) -> int:
    """One case made again from its history. Status 1 where there is none."""
    policy, wanted = basics.read(config, dry=True).policy, spelled_out(ref)
    try:
        _write(config, lambda tx: recording.rebuild(tx, wanted, policy))
    except Conflict:
        output.complain(f"{ref}: there is no such case")
        return 1
    output.say(f"{wanted}: made again from its history")
    return 0


def migrate(config: Path | None) -> int:
    """Bring the tables to the version of this code."""
    loaded = basics.read(config, dry=True)
    loaded.settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = loaded.settings.database
    changed = bring_up(kept.url, kept.keys)
    output.say("the tables were brought up to date" if changed else "the tables are up to date")
    return 0


def spelled_out(ref: str) -> str:
    return reference.expand("".join(filter(str.isalnum, ref)).lower()) or ref


def summary(case: Case) -> dict[str, Any]:
    """A case as lists print it."""
    due = min((p.due_at for p in case.open_promises), default=None)
    return {
        "ref": case.ref,
        "brand": case.brand,
        "status": case.status.value,
        "owner": case.owner,
        "handler": case.handler,
        "department": case.department,
        "received_at": case.received_at.isoformat(),
        "due_at": due.isoformat() if due else None,
        "contacts": case.contacts,
        "issue": case.issue,
    }


def _row(case: Case) -> tuple[str, ...]:
    told = summary(case)
    due = told["due_at"] or ""
    return (
        case.ref,
        case.status.value,
        case.owner,
        case.handler,
        f"{case.received_at:%Y-%m-%d %H:%M}",
        due[:16],
        case.issue,
    )


def _details(event: Event) -> str:
    shown = {key: value for key, value in event.data.items() if key not in ("words", "text", "participants") and value}
    return ", ".join(f"{key}={value}" for key, value in shown.items())[:160]


def _read(config: Path | None, fn: Callable[[Tx], T]) -> T:
    return asyncio.run(_within(config, lambda store: store.read(fn)))


def _write(config: Path | None, fn: Callable[[Tx], T]) -> T:
    return asyncio.run(_within(config, lambda store: store.write(fn)))


async def _within(config: Path | None, use: Callable[[Store], Awaitable[T]]) -> T:
    store = await basics.database(basics.read(config, dry=True), exclusive=False)
    try:
        return await use(store)
    finally:
        await store.close()
