"""Moves the bytes of large, old, settled mail to the object store, so that the database does not grow with them.

They are durable there, read back and compared before the row is emptied. A crash in between leaves a second copy, and two nodes
that move the same do the same. What was erased is deleted there; nobody could read it any more.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from intake.ports import Clock
from store import blobs, nodes
from store.database import Store
from store.objects import Objects, ObjectsDown
from workers.runner import Runner
from workers.watching.metrics import MOVED

log = structlog.get_logger()


class Mover(Runner):
    """A batch a second, one blob in memory at a time: there is no hurry, and what comes in has the disk first."""

    name = "mover"
    batch = 32
    pause_seconds = 30.0
    busy_seconds, idle_seconds = 1.0, 60.0

    def __init__(self, store: Store, objects: Objects, clock: Clock, *, age: timedelta) -> None:
        super().__init__()
        self._store = store
        self._objects = objects
        self._clock = clock
        self._age = age
        self._trouble = ""

    def trouble(self) -> str:
        """What is wrong with the object store; "" for nothing."""
        return self._trouble

    async def once(self) -> int:
        try:
            done = await self._move() + await self._delete() if await self._is_mine() else 0
        except ObjectsDown as fault:
            self._trouble = str(fault)
            raise
        self._trouble = ""
        self.poll_seconds = self.busy_seconds if done else self.idle_seconds
        return 0

    async def _is_mine(self) -> bool:
        """It falls to the eldest node."""
        return await self._store.read(nodes.eldest) == self._store.node

    async def _delete(self) -> int:
        found = await self._store.read(lambda tx: blobs.orphans(tx, limit=self.batch))
        if found:
            await self._recognise()
            for blob_id in found:
                await asyncio.to_thread(self._objects.delete, blob_id)
            await self._store.write(lambda tx: blobs.deleted(tx, found))
            log.info("blobs_deleted", count=len(found))
        return len(found)

    async def _move(self) -> int:
        before = self._clock.now() - self._age
        found = await self._store.read(lambda tx: blobs.movable(tx, before=before, limit=self.batch))
        if not found:
            return 0
        await self._recognise()
        there = [blob_id for blob_id in found if not self._stopping and await self._put(blob_id)]
        moved = await self._store.write(lambda tx: blobs.let_go(tx, there))
        MOVED.inc(moved)
        log.info("blobs_moved", count=moved)
        return moved

    async def _recognise(self) -> None:
        """An object store without what was moved before is another one, or a disk that is not mounted."""
        for blob_id in await self._store.read(lambda tx: blobs.moved(tx, after="", limit=1)):
            if not await asyncio.to_thread(self._objects.holds, blob_id):
                raise ObjectsDown("another_store")

    async def _put(self, blob_id: str) -> bool:
        content = await self._store.read(lambda tx: blobs.sealed(tx, blob_id))
        if content is not None:
            await asyncio.to_thread(self._objects.put, blob_id, content)
        return content is not None
