"""Things done side by side: so many at once, each under a key, none of them waiting for another."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Hashable
from typing import Any

import structlog

log = structlog.get_logger()


class Crew:
    """Runs coroutines as tasks, at most `most` at a time. What one raises is logged and disturbs no other."""

    def __init__(self, name: str, *, most: int) -> None:
        self._name = name
        self._most = most
        self._at_hand: dict[Hashable, asyncio.Task[None]] = {}
        self._ended = asyncio.Event()  # one of them

    async def room(self, least: int = 1) -> int:
        """How many more may be begun; waits until there is room for so many."""
        while self._most - len(self._at_hand) < least:
            self._ended.clear()
            await self._ended.wait()
        return self._most - len(self._at_hand)

    async def rest(self, patience: float) -> None:
        """Wait until nothing is at hand, but no longer than so many seconds."""
        if self._at_hand:
            await asyncio.wait(self._at_hand.values(), timeout=patience)

    @property
    def at_hand(self) -> list[Any]:
        """The keys of what was begun and has not ended."""
        return list(self._at_hand)

    def __contains__(self, key: Hashable) -> bool:
        """Whether something with this key is at hand still."""
        return key in self._at_hand

    def begin(self, key: Hashable, work: Coroutine[Any, Any, None]) -> None:
        """Start it, unless something with this key is at hand still."""
        if key in self._at_hand:
            work.close()
            return
        task = self._at_hand[key] = asyncio.create_task(self._do(work), name=f"{self._name}:{key}")
        task.add_done_callback(lambda _: self._forget(key))

    def _forget(self, key: Hashable) -> None:
        del self._at_hand[key]
        self._ended.set()

    async def finish(self) -> None:
        """Wait until everything that was begun has ended. Cancelled, it cancels all of it."""
        await asyncio.gather(*self._at_hand.values(), return_exceptions=True)

    async def _do(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            log.error("worker_fault", worker=self._name, exc_info=error)
