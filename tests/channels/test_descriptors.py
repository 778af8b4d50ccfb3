"""More callers than the process may have files open: the listener waits without turning in circles, and serves again after."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import uvloop
from aiohttp import ClientSession

from channels.http import Options, build
from intake.message import RawMessage
from intake.ports import Receipt
from tests.channels.web import tools

FILES = 64  # that the listening process may have open


def serve(folder: Path, loop: Callable[[], asyncio.AbstractEventLoop], said: Connection) -> None:
    """A listener in a process of its own. Says its port; asked anything, it says how much processor time it used."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))

    async def deliver(_: Sequence[RawMessage]) -> list[Receipt]:
        return []

    async def run() -> None:
        listener = build("http", Options(listen="127.0.0.1:0", max_connections_per_peer=1000), tools(folder))
        await listener.open()
        said.send(listener.address[1])
        serving = asyncio.create_task(listener.receive(deliver))
        while await asyncio.to_thread(said.recv):
            usage = resource.getrusage(resource.RUSAGE_SELF)
            said.send(usage.ru_utime + usage.ru_stime)
        serving.cancel()
        await asyncio.wait({serving})

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(run())


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
async def test_a_process_without_a_free_descriptor_neither_spins_nor_stays_deaf(
    loop: Callable[[], asyncio.AbstractEventLoop], tmp_path: Path
) -> None:
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=serve, args=(tmp_path, loop, theirs), daemon=True)
    child.start()
    port = await asyncio.to_thread(ours.recv)

    async def used() -> float:
        ours.send(True)
        return float(await asyncio.to_thread(ours.recv))

    callers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2 * FILES)]
    await asyncio.sleep(0.5)
    before = await used()
    await asyncio.sleep(1.0)
    assert await used() - before < 0.3  # of a second: one that spins uses the whole of it
    for _, writer in callers:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    async with ClientSession() as client, client.get(f"http://127.0.0.1:{port}/healthz") as alive:
        assert alive.status == 200
    ours.send(False)
    await asyncio.to_thread(child.join)
