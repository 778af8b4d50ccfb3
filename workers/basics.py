"""What every verb needs before anything else: the settings, the desk, and the store."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from pathlib import Path

import structlog

from config.loader import load
from config.settings import Loaded
from intake.letters.kinds import Letters
from intake.policy import Key, Policy
from intake.ports import Ids
from store import colleagues, erasing
from store.database import Store
from store.migrate import migrate
from workers.clock import SystemClock
from workers.deciding.desk import Desk

log = structlog.get_logger()
LOCAL = Path("var/answerable.toml")
DRY_KEY = Key(id="x", secret=b"a dry run signs nothing that counts")


def read(path: Path | None, *, dry: bool = False) -> Loaded:
    """The settings: those named, else the local ones, else (for a dry run) the documented defaults. Raises `Faults`.

    For a dry run no letter is tried out.
    """
    return load(path or local(), environ=os.environ, spare_key=DRY_KEY if dry else None, rehearsal=not dry)


def local() -> Path | None:
    """The local settings, where a first start has made them."""
    return LOCAL if LOCAL.exists() else None


def desk(loaded: Loaded, ids: Ids) -> Desk:
    return Desk(policy=loaded.policy, letters=Letters(policy=loaded.policy, stationery=loaded.stationery), ids=ids)


async def database(loaded: Loaded, *, exclusive: bool = True) -> Store:
    """The store, its tables brought up to date first when it is ours alone."""
    kept = loaded.settings.database
    if exclusive:
        loaded.settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        migrate(kept.url, kept.keys)
    return await Store.open(kept.url, keys=kept.keys, exclusive=exclusive)


async def enter(store: Store, policy: Policy) -> None:
    """Begin to take work up for these people, as a node that bears the names of the machine and the process.

    First what was erased leaves the database, too, where a crash or an old backup has left it there.
    """
    await store.write(lambda tx: colleagues.know(tx, policy))
    await store.write(lambda tx: erasing.finish(tx, policy=policy, now=SystemClock().now()))
    tell(await store.enter(f"{socket.gethostname()}:{os.getpid()}"))


def tell(unknown: Sequence[int]) -> None:
    """Say which letters are of unknown fate, because the node that was sending them has ended."""
    if unknown:
        log.warning("letters_unknown", count=len(unknown), outbox_ids=list(unknown))
