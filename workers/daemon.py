"""The daemon: starts the workers and the ways in, and on a signal drains in order, losing nothing.

No new messages come in, and what is at hand is finished: a mail half received, a decision half made, a letter half sent. What
was received and not yet decided stays kept for the next start.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

import structlog

from workers.wiring import Parts

log = structlog.get_logger()
DRAIN_SECONDS = 9.0  # together with letting go of the database less than ten


async def serve(parts: Parts, ready: Callable[[Parts], None]) -> None:
    """Run until SIGTERM or Ctrl-C. `ready` is called once everything listens. Raises `CannotListen`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    living = asyncio.create_task(parts.life.run(), name=parts.life.name)
    loops = [asyncio.create_task(runner.run(), name=runner.name) for runner in parts.runners]
    try:
        await parts.reception.start()
        ready(parts)
        await stop.wait()
        log.info("draining")
    finally:
        await _drain(parts, loops)
        living.cancel()  # last: whoever falls silent while draining is taken for dead
        log.info("stopped")


async def _drain(parts: Parts, loops: list[asyncio.Task[None]]) -> None:
    for runner in parts.runners:
        runner.stop()
    closing = asyncio.create_task(parts.reception.close())
    _, late = await asyncio.wait([closing, *loops], timeout=DRAIN_SECONDS)
    for task in late:
        log.warning("cut_off", worker=task.get_name())
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
