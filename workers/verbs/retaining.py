"""`retention`: what has been kept for as long as the settings say; with `--apply` it goes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from config.settings import Loaded
from intake.policy import Policy
from intake.retention import Class, since
from store import erasing, retention
from store.database import Store
from store.writer import Tx
from workers import basics
from workers.clock import SystemClock
from workers.retainer import expire
from workers.verbs import output


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """How much of one class is due, and since when the oldest of it is kept."""

    what: Class
    period: str
    due: int
    oldest: datetime | None


def run(config: Path | None, *, apply: bool, as_json: bool) -> int:
    """What would go, by class; or what went."""
    loaded = basics.read(config, dry=True)
    periods = loaded.settings.retention.periods
    if not periods:
        output.say("Everything is kept for ever: the settings have no [retention].")
        return 0
    told, deleted = asyncio.run(_run(loaded, periods, apply=apply))
    if as_json:
        for each in told:
            line = {"class": each.what, "kept_for": each.period, "due": each.due, "oldest": each.oldest}
            output.line(line | {"deleted": deleted.get(each.what, 0)})
        return 0
    rows = [_row(each, deleted.get(each.what, 0)) for each in told]
    output.table(("Class", "Kept for", "Due", "Oldest", "Deleted"), rows)
    if not apply and any(each.due for each in told):
        output.say("Nothing was done yet: --apply does it, and nothing brings it back.")
    return 0


def _row(each: Told, deleted: int) -> tuple[str, ...]:
    oldest = f"{each.oldest:%Y-%m-%d}" if each.oldest else ""
    return (each.what, each.period, str(each.due), oldest, str(deleted))


async def _run(loaded: Loaded, periods: Mapping[Class, str], *, apply: bool) -> tuple[list[Told], dict[Class, int]]:
    store = await basics.database(loaded, exclusive=False)
    try:
        told = await store.read(partial(_look, periods=periods, now=SystemClock().now()))
        return told, await _delete(store, periods, loaded.policy) if apply else {}
    finally:
        await store.close()


async def _delete(store: Store, periods: Mapping[Class, str], policy: Policy) -> dict[Class, int]:
    """Class by class, batch by batch. First what an earlier run had begun is done."""
    clock = SystemClock()
    await store.write(lambda tx: erasing.finish(tx, policy=policy, now=clock.now()))
    deleted = dict.fromkeys(periods, 0)
    for what, period in periods.items():
        while gone := await expire(store, what, period, policy, clock):
            deleted[what] += gone
    return deleted


def _look(tx: Tx, periods: Mapping[Class, str], now: datetime) -> list[Told]:
    return [_told(tx, what, period, now) for what, period in periods.items()]


def _told(tx: Tx, what: Class, period: str, now: datetime) -> Told:
    count, oldest = 0, None
    for each in retention.due(tx, what, before=since(period, now)):
        count, oldest = count + 1, min(oldest or each.since, each.since)
    return Told(what=what, period=period, due=count, oldest=oldest)
