"""What the tests of HTTP channels share: the real listener on a free port, with a real client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from prometheus_client import CollectorRegistry

from channels import Tools
from channels.http import Hosted, Options, Server
from intake.ports import Clock, Deliver
from tests.channels.contract import Answer
from tests.harbour import POLICY, FakeClock, FakeIds


def tools(data: Path, clock: Clock | None = None) -> Tools:
    return Tools(clock=clock or FakeClock(), ids=FakeIds(), policy=POLICY, data=data)


class Site:
    """A listener that runs, and a client that knows where."""

    def __init__(self, server: Server, deliver: Deliver) -> None:
        self.server = server
        self._serving = asyncio.create_task(server.receive(deliver))

    @property
    def base(self) -> str:
        return f"http://{self.server.address[0]}:{self.server.address[1]}"

    async def stop(self) -> None:
        self._serving.cancel()
        with suppress(asyncio.CancelledError):
            await self._serving


@asynccontextmanager
async def site(
    *channels: Hosted, deliver: Deliver, registry: CollectorRegistry | None = None, **options: Any
) -> AsyncIterator[tuple[Site, ClientSession]]:
    server = Server("http", Options(listen="127.0.0.1:0", **options))
    server.channels.extend(channels)
    server.registry = registry or server.registry
    running = Site(server, deliver)
    await asyncio.wait_for(server.ready.wait(), timeout=5)
    try:
        async with ClientSession(running.base) as client:
            yield running, client
    finally:
        await running.stop()


def meaning(status: int) -> Answer:
    """What a client makes of a status."""
    if 200 <= status < 300:
        return Answer.ACCEPTED
    return Answer.REFUSED if status < 500 and status != 429 else Answer.LATER
