"""Writes down every hour, outside the database, what histories ended in and which messages came; the log gets the head of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from intake.ports import Clock
from store.audit import anchors, numbered
from store.audit.numbered import Top
from store.database import Store
from workers.runner import Runner

log = structlog.get_logger()
ANCHORS = "anchors"  # in the data folder


class Anchorer(Runner):
    """One file for each node, since each sees the whole database. Twice: a minute later all numbers have come."""

    name = "anchorer"
    settle_seconds, idle_seconds = 60.0, 3600.0
    pause_seconds = 300.0  # after a fault: a full disk is not looked at all the time

    def __init__(self, store: Store, path: Path, clock: Clock) -> None:
        super().__init__()
        self._store, self._path, self._clock = store, path, clock
        self._seen: Top | None = None

    async def once(self) -> int:
        seen, self._seen = self._seen, None if self._seen else await self._store.read(numbered.top)
        self.poll_seconds = self.settle_seconds if self._seen else self.idle_seconds
        known = await asyncio.to_thread(anchors.read, self._path)
        news = await self._store.read(lambda tx: anchors.news(tx, known, seen))
        head = await asyncio.to_thread(lambda: anchors.add(self._path, known, news, now=self._clock.now()))
        if head is not None:
            log.info("histories_anchored", cases=len(known.ends.keys() | news.keys() - {anchors.ARRIVALS}), head=head)
        return 0
