"""The daemon: starts the workers and the ways in, and on a signal drains in order, losing nothing.

First no new messages come in; then the batches at hand are finished. What was received and not yet decided stays kept for the
next start.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

import structlog

from workers.wiring import Parts

log = structlog.get_logger()
DRAIN_SECONDS = 9.0


async def serve(parts: Parts, ready: Callable[[Parts], None]) -> None:
    """Run until SIGTERM or Ctrl-C. `ready` is called once everything listens. Raises `CannotListen`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loops = [asyncio.create_task(runner.run(), name=runner.name) for runner in parts.runners]
    try:
        await parts.reception.start()
        ready(parts)
        await stop.wait()
        log.info("draining")
    finally:
        await _drain(parts, loops)
        log.info("stopped")


async def _drain(parts: Parts, loops: list[asyncio.Task[None]]) -> None:
    await parts.reception.close()
    for runner in parts.runners:
        runner.stop()
    _, late = await asyncio.wait(loops, timeout=DRAIN_SECONDS)
    for task in late:
        task.cancel()
