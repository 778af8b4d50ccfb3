"""`run`: the daemon. A first start makes keys; without settings also a local configuration, and it says what to try."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path

import structlog

from config.loader import read
from config.settings import Loaded
from intake.ports import TryLater
from store.database import Store
from workers import basics, first_start, wiring
from workers.clock import SystemClock, SystemIds
from workers.daemon import serve
from workers.verbs import output
from workers.watching.limits import allow_many_connections, give_memory_back
from workers.watching.log import configure
from workers.wiring import Parts

log = structlog.get_logger()
ANEW = "ANSWERABLE_BEGINS_ANEW"  # in the environment of a daemon that was declared dead
AGAIN_SECONDS = 2.0


def run(config: Path | None) -> int:
    if config is None:
        first_start.prepare(basics.LOCAL, SystemIds())
    else:
        first_start.make_keys(read(config, environ=os.environ).keys, SystemIds())
    allow_many_connections()
    give_memory_back()
    loaded = basics.read(config)
    configure(loaded.settings.log.format, loaded.settings.log.level)
    with asyncio.Runner(loop_factory=_loop()) as runner:
        runner.run(_run(loaded, local=config is None))
    return 0


async def _run(loaded: Loaded, *, local: bool) -> None:
    store = await _store(loaded)
    try:
        parts = wiring.assemble(loaded, store, SystemClock(), SystemIds(), ended=_begin_anew)
        gc.freeze()  # What is there by now stays: whenever all of it was looked through, everything stood still.
        await serve(parts, lambda started: _tell(started, local=local))
    finally:
        await store.close()


async def _store(loaded: Loaded) -> Store:
    """The store, entered. A first start says that there is none; a daemon that begins anew waits until it is there again."""
    while True:
        try:
            return await _entered(loaded)
        except TryLater:
            if ANEW not in os.environ:
                raise
            log.warning("database_awaited")
            await asyncio.sleep(AGAIN_SECONDS)


async def _entered(loaded: Loaded) -> Store:
    store = await basics.database(loaded)
    try:
        await basics.enter(store, loaded.policy)
    except BaseException:
        await store.close()
        raise
    return store


def _begin_anew() -> None:
    """Others do our work: forget everything, at once and without tidying up, and be another node.

    A new program in the same process has nothing left of what the old one had in memory, in threads or on the wire.
    """
    log.error("node_ended")
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | {ANEW: "1"})  # noqa: S606 - our own command line


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
