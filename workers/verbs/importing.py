"""`import`: history into the database, quietly. Safe to repeat: what is there already is passed over."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path

from intake.message import RawMessage
from intake.parse import parse
from store import inbound
from store.database import Store
from workers import basics
from workers.clock import SystemClock, SystemIds
from workers.deciding.triage import Triage
from workers.life import Life
from workers.verbs import output
from workers.verbs.files import imported, stored
from workers.verbs.progress import progress

BATCH = 50


def run(path: Path, config: Path | None) -> int:
    if not path.exists():
        output.complain(f"{path}: there is no such file or folder")
        return 1
    return asyncio.run(_run(path, config))


async def _run(path: Path, config: Path | None) -> int:
    loaded = basics.read(config)
    store = await basics.database(loaded)
    clock, ids = SystemClock(), SystemIds()
    await basics.enter(store, loaded.policy)
    triage = Triage(store, basics.desk(loaded, ids), clock, decided=lambda: None)
    life = Life(store, ended=lambda: None)  # the next write finds out
    living = asyncio.create_task(life.run())
    try:
        kept, seen = await _import(path, store, triage, clock)
    finally:
        await triage.finish()
        life.stop()
        await living
        await store.close()
    output.say(f"{seen} messages, {kept} of them new. Nobody was written to.")
    return 0


async def _import(path: Path, store: Store, triage: Triage, clock: SystemClock) -> tuple[int, int]:
    kept = seen = 0
    blobs = stored(path)
    total = sum(1 for _ in stored(path))
    with progress("importing", total) as advance:
        while batch := list(islice(blobs, BATCH)):
            raws = [imported(blob, "import", received_at=_dated(blob, clock)) for blob in batch]
            kept += await _keep(store, raws)
            seen += len(batch)
            while await triage.once():
                await triage.settled()
            advance(len(batch))
    return kept, seen


async def _keep(store: Store, raws: Sequence[RawMessage]) -> int:
    receipts = await store.write(lambda tx: inbound.receive_all(tx, raws))
    return sum(receipt.new for receipt in receipts)


def _dated(blob: bytes, clock: SystemClock) -> datetime:
    """When it was received, as far as it says so itself; never later than now."""
    now = clock.now()
    message = parse(imported(blob, "import", received_at=now))
    stamps = [value.rpartition(";")[2].strip() for value in message.header_all("received")[:1]]
    for stamp in stamps:
        try:
            received = parsedate_to_datetime(stamp)
        except ValueError:
            continue
        if received.tzinfo is not None:
            return min(received, now)
    return min(message.sent_at or now, now)
