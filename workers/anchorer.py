"""Writes down every hour, outside the database, what the histories ended in; the head of that also goes to the log."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import structlog

from intake.ports import Clock
from store.audit import anchors
from store.database import Store
from workers.runner import Runner

log = structlog.get_logger()
ANCHORS = "anchors"  # in the data folder


class Anchorer(Runner):
    """One file for each node, since each sees the whole database."""

    name = "anchorer"
    poll_seconds = 3600.0
    pause_seconds = 300.0  # after a fault: a full disk is not looked at all the time

    def __init__(self, store: Store, path: Path, clock: Clock) -> None:
        super().__init__()
        self._store, self._path, self._clock = store, path, clock

    async def once(self) -> int:
        ends = await self._store.read(anchors.ends)
        head = await asyncio.to_thread(partial(anchors.add, self._path, ends, now=self._clock.now()))
        if head is not None:
            log.info("histories_anchored", cases=len(ends), head=head)
        return 0
