"""This node's life among others: says every two seconds that it lives, and takes over from those that do not any more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog

from store import nodes
from store.database import Store
from store.errors import NodeEnded
from workers import basics
from workers.runner import Runner

log = structlog.get_logger()
SURE_SECONDS = 4.0  # after a renewal nobody can have declared us dead for six


def elapsed() -> float:
    """Seconds, also those that the machine spent asleep."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Life(Runner):
    """`ended` is called where others have declared this node dead: whatever it holds in memory is theirs by then.

    Whoever has the database alone needs to say nothing, for nobody is there to hear it. And no key is remembered for longer than
    from one time to the next: somebody may have destroyed it.
    """

    name = "life"
    poll_seconds = 2.0
    pause_seconds = 1.0

    def __init__(self, store: Store, ended: Callable[[], None], elapsed: Callable[[], float] = elapsed) -> None:
        super().__init__()
        self._store = store
        self._ended = ended
        self._elapsed = elapsed
        self._renewed = elapsed()
        self._renewal = asyncio.Event()  # the next one

    async def once(self) -> int:
        self._store.keys.forget()
        if self._store.alone:
            return 0
        began = self._elapsed()
        try:
            steady = await self._store.write_now(lambda tx: nodes.renew(tx, self._store.node))
        except NodeEnded:
            self._ended()
            return 0
        self._renewed = began
        self._renewal.set()
        self._renewal = asyncio.Event()
        if steady:
            await self._take_over()
        return 0

    async def sure(self) -> None:
        """Wait until it is sure that nobody has declared us dead: what was begun before is ours still."""
        while not self._store.alone and self._elapsed() > self._renewed + SURE_SECONDS:
            self.wake()
            await self._renewal.wait()

    async def _take_over(self) -> None:
        for silent in await self._store.read(nodes.silent):
            unknown = await self._store.write_now(lambda tx, silent=silent: nodes.bury(tx, silent))  # type: ignore[misc]
            if unknown is not None:
                log.warning("node_taken_over", node=silent)
                basics.tell(unknown)
