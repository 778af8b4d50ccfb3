"""`check`: everything that could be wrong, named at once: settings, policies, templates, database, mailboxes, smarthost."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from config.loader import examine
from config.settings import Loaded
from intake.ports import TryLater
from store import engine, versions
from store.errors import StoreError
from store.migrate import current
from store.objects import Objects
from workers import basics
from workers.clock import SystemClock, SystemIds
from workers.edge.clamd import Clamd, Unanswered
from workers.verbs import output
from workers.wires import attempt


def run(config: Path | None) -> int:
    """Status 1 where anything is wrong. Nobody is written to, and nothing is stored but a line of words in the object store."""
    loaded, faults = examine(config or basics.local(), environ=os.environ, spare_key=basics.DRY_KEY)
    made, wrong = attempt(loaded, SystemClock(), SystemIds())
    faults += wrong
    faults += _database(loaded.settings.database.url)
    if not any(fault.startswith("blobs.url") for fault in faults):
        faults += _objects(loaded.settings.blobs.url)
    faults += asyncio.run(_probe(made.named.values()))
    faults += asyncio.run(_dns(loaded))
    faults += asyncio.run(_scanner(loaded))
    for fault in dict.fromkeys(faults):
        output.complain(fault)
    if not faults:
        output.say("All is well: settings, letters, database, ways in and way out.")
    return 1 if faults else 0


async def _probe(channels: Any) -> list[str]:
    """All at once: each waits for somebody else's server."""
    found = await asyncio.gather(*(channel.probe() for channel in channels))
    return [fault for faults in found for fault in faults]


async def _dns(loaded: Loaded) -> list[str]:
    """Where mail comes straight from the Internet, somebody must say who stands behind it."""
    if not any(table.get("edge") for table in loaded.settings.channel.values()):
        return []
    from workers.edge.dns import Dns, NoAnswer

    try:
        await Dns(loaded.settings.dns).texts(loaded.policy.brands[0].addresses[0].rpartition("@")[2])
    except NoAnswer:
        return ["dns: no name server answers, so that no mail from the Internet can be checked; see [dns] servers."]
    return []


async def _scanner(loaded: Loaded) -> list[str]:
    try:
        if loaded.settings.scanner.address:
            await Clamd(loaded.settings.scanner).ping()
    except (Unanswered, ValueError):
        return ["scanner.address: no clamd answers there, so that mail with files would wait; see [scanner]."]
    return []


def _database(url: str) -> list[str]:
    """Tables that are older than this code are no fault: the daemon brings them up to date when it starts."""
    try:
        path = engine.sqlite_path(engine.parse(url))
        if path is None or path.exists():
            versions.refuse_newer(current(url))
    except TryLater as error:
        return [f"database: it does not answer ({error})."]
    except (StoreError, OSError) as error:
        return [f"database: {error}."]
    return []


def _objects(url: str) -> list[str]:
    try:
        if url:
            Objects(url).probe()
    except TryLater as error:
        return [f"blobs.url: the object store cannot be written to ({error})."]
    return []
