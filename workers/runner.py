"""The loop that every worker is: do a batch, then wait for a wake-up or the next poll."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress

import structlog

from intake.ports import TryLater

log = structlog.get_logger()


class Runner(ABC):
    """`once` does a batch and says how many things it did; `run` repeats it until `stop`.

    Subclasses write `once`, and `finish` where a batch goes on after it. A fault in `once` is logged, never raised: the loop
    goes on after a pause.
    """

    name = "runner"
    poll_seconds = 1.0  # how long to wait when there is nothing to do and nobody wakes us
    pause_seconds = 2.0  # how long to wait after a fault of ours

    def __init__(self) -> None:
        self._wake = asyncio.Event()
        self._stopping = False

    @abstractmethod
    async def once(self) -> int: ...

    async def finish(self) -> None:  # noqa: B027 - most have nothing to wait for
        """Wait for what `once` has begun and not waited for."""

    def wake(self) -> None:
        """There is work: do not wait for the poll."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the batch at hand, then leave."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                done = await self.once()
            except TryLater:  # whoever watches the database has raised the alarm
                await self._wait(self.pause_seconds)
            except Exception as error:
                log.error("worker_fault", worker=self.name, exc_info=error)
                await self._wait(self.pause_seconds)
            else:
                if not done:
                    await self._wait(self.poll_seconds)
        await self.finish()

    async def _wait(self, seconds: float) -> None:
        if self._stopping:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
