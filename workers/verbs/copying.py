"""`copy`: everything into an empty database of other settings, and the proof that it arrived there: from SQLite to PostgreSQL."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from config.settings import Database, Loaded
from store import copying
from store.audit import Audit, audit
from store.database import Store
from workers import basics
from workers.verbs import output
from workers.verbs.progress import progress


def run(to: Path, config: Path | None) -> int:
    """Status 1 where the copy is not exact, or an audit finds faults in it. The daemon must be stopped meanwhile."""
    return asyncio.run(_run(basics.read(config, dry=True), basics.read(to, dry=True)))


async def _run(old: Loaded, new: Loaded) -> int:
    before = await _copied(old, new.settings.database)
    after = await _audited(new)
    for fault in after.faults:
        output.say(f"FAULT {fault.slug}: {fault.where}")
    if (before.rows, before.head, before.faults) != (after.rows, after.head, after.faults):
        output.complain("the copy differs from what was copied: keep to the old database")
        return 1
    output.say(f"{sum(after.rows.values())} rows; both audits say the same, head {after.head}")
    return 1 if after.faults else 0


async def _copied(old: Loaded, target: Database) -> Audit:
    store = await basics.database(old)
    try:
        await _copy(store, target)
        return await store.read(partial(audit, policy=old.policy))
    finally:
        await store.close()


async def _copy(store: Store, target: Database) -> None:
    total = sum((await store.read(copying.rows)).values())
    with progress("copying", total) as advance:
        await copying.copy(store, target.url, target.keys, advance)


async def _audited(loaded: Loaded) -> Audit:
    store = await basics.database(loaded, exclusive=False)
    try:
        return await store.read(partial(audit, policy=loaded.policy))
    finally:
        await store.close()
