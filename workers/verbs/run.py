"""`run`: the daemon. A first start makes keys; without settings also a local configuration, and it says what to try."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

from config.loader import read
from config.settings import Loaded
from workers import basics, first_start, wiring
from workers.clock import SystemClock, SystemIds
from workers.daemon import serve
from workers.limits import allow_many_connections
from workers.log import configure
from workers.verbs import output
from workers.wiring import Parts

log = structlog.get_logger()


def run(config: Path | None) -> int:
    if config is None:
        first_start.prepare(basics.LOCAL, SystemIds())
    else:
        first_start.make_keys(read(config, environ=os.environ).keys, SystemIds())
    allow_many_connections()
    loaded = basics.read(config)
    configure(loaded.settings.log.format, loaded.settings.log.level)
    with asyncio.Runner(loop_factory=_loop()) as runner:
        runner.run(_run(loaded, local=config is None))
    return 0


async def _run(loaded: Loaded, *, local: bool) -> None:
    store = await basics.database(loaded)
    try:
        await basics.enter(store)
        parts = wiring.assemble(loaded, store, SystemClock(), SystemIds(), ended=_begin_anew)
        await serve(parts, lambda started: _tell(started, local=local))
    finally:
        await store.close()


def _begin_anew() -> None:
    """Others do our work: forget everything, at once and without tidying up, and be another node.

    A new program in the same process has nothing left of what the old one had in memory, in threads or on the wire.
    """
    log.error("node_ended")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - our own command line


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed: the same behaviour, less time."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _tell(parts: Parts, *, local: bool) -> None:
    for name, (host, port) in parts.addresses.items():
        output.say(f"  {name:<10} listens on {host}:{port}")
    if local:
        output.say(first_start.invitation(parts))
