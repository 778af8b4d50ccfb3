"""`retention`: what has been kept for as long as the settings say."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from config.settings import Loaded
from intake.retention import Class, since
from store import retention
from store.writer import Tx
from workers import basics
from workers.clock import SystemClock
from workers.verbs import output


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """How much of one class is due, and since when the oldest of it is kept."""

    what: Class
    period: str
    due: int
    oldest: datetime | None


def run(config: Path | None, *, as_json: bool) -> int:
    """What would go, by class. Nothing is changed."""
    loaded = basics.read(config, dry=True)
    periods = loaded.settings.retention.periods
    if not periods:
        output.say("Everything is kept for ever: the settings have no [retention].")
        return 0
    told = asyncio.run(_run(loaded, periods))
    if as_json:
        for each in told:
            output.line({"class": each.what, "kept_for": each.period, "due": each.due, "oldest": each.oldest})
        return 0
    rows = [(each.what, each.period, str(each.due), f"{each.oldest:%Y-%m-%d}" if each.oldest else "") for each in told]
    output.table(("Class", "Kept for", "Due", "Oldest"), rows)
    return 0


async def _run(loaded: Loaded, periods: Mapping[Class, str]) -> list[Told]:
    store = await basics.database(loaded, exclusive=False)
    try:
        return await store.read(partial(_look, periods=periods, now=SystemClock().now()))
    finally:
        await store.close()


def _look(tx: Tx, periods: Mapping[Class, str], now: datetime) -> list[Told]:
    return [_told(tx, what, period, now) for what, period in periods.items()]


def _told(tx: Tx, what: Class, period: str, now: datetime) -> Told:
    count, oldest = 0, None
    for each in retention.due(tx, what, before=since(period, now)):
        count, oldest = count + 1, min(oldest or each.since, each.since)
    return Told(what=what, period=period, due=count, oldest=oldest)
