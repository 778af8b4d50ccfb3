"""`audit`: the proof that everything that was accepted is accounted for, in the database and in the object store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from config.settings import Loaded
from store.audit import Audit, Fault, anchors, audit
from store.audit.moved import moved as in_object_store
from store.objects import Objects, ObjectsDown
from workers import basics
from workers.anchorer import ANCHORS
from workers.verbs import output


def run(config: Path | None, *, as_json: bool, head: str | None, moved: bool) -> int:
    """Whether everything that was accepted is accounted for, and is what was anchored. Status 1 where a fault was found.

    What was `moved` to the object store may be left out.
    """
    loaded = basics.read(config, dry=True)
    known = anchors.read(loaded.settings.data / ANCHORS)  # before the database, which only goes on
    try:
        report, faults = asyncio.run(look(loaded, known, head, moved=moved))
    except ObjectsDown as error:
        output.complain(f"the object store does not answer ({error}); --no-moved leaves it out")
        return 1
    if as_json:
        output.line(
            {
                "faults": [asdict(fault) for fault in faults],
                "rows": report.rows,
                "erased": report.erased,
                "head": report.head,
            }
        )
    else:
        _say(report, len(known.heads), faults)
    return 1 if faults else 0


def _say(report: Audit, anchored: int, faults: Sequence[Fault]) -> None:
    for name, number in report.rows.items():
        output.say(f"{name:>20}: {number}")
    output.say(f"{'erased cases':>20}: {report.erased}")
    output.say(f"{'anchored heads':>20}: {anchored}")
    for fault in faults:
        output.say(f"FAULT {fault.slug}: {fault.where}")
    output.say("clean" if not faults else f"{len(faults)} faults")


async def look(loaded: Loaded, known: anchors.Anchors, head: str | None, *, moved: bool) -> tuple[Audit, list[Fault]]:
    """What the audit says, and every fault that it and the anchors show."""
    store = await basics.database(loaded, exclusive=False)
    try:
        report, differing = await store.read(
            lambda tx: (audit(tx, policy=loaded.policy), list(anchors.differing(tx, known, head)))
        )
        objects = Objects(loaded.settings.blobs.url, store.unseal) if loaded.settings.blobs.url else None
        elsewhere = [fault async for fault in in_object_store(store, objects)] if moved else []
        return report, [*report.faults, *differing, *elsewhere]
    finally:
        await store.close()
