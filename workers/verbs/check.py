"""`check`: everything that could be wrong, named at once: settings, policies, templates, database, mailboxes, smarthost."""

from __future__ import annotations

import asyncio
from pathlib import Path

from config.settings import Loaded
from intake.ports import TryLater
from store.errors import StoreError
from workers import basics, wiring
from workers.clock import SystemClock, SystemIds
from workers.verbs import output


def run(config: Path | None) -> int:
    loaded = basics.read(config)
    faults = asyncio.run(_probe(loaded))
    for fault in faults:
        output.complain(fault)
    if not faults:
        output.say("All is well: settings, letters, database, ways in and way out.")
    return 1 if faults else 0


async def _probe(loaded: Loaded) -> list[str]:
    faults = await _database(loaded)
    made = wiring.wires(loaded, SystemClock(), SystemIds())
    for channel in made.named.values():
        faults += await channel.probe()
    return faults


async def _database(loaded: Loaded) -> list[str]:
    try:
        store = await basics.database(loaded, exclusive=False)
        await store.close()
    except (StoreError, TryLater) as error:
        return [f"database: {error}."]
    return []
