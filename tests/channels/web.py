"""What the tests of HTTP channels share: the real listener on a free port, with a real client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web
from prometheus_client import CollectorRegistry

from channels import Tools
from channels._answers import Refused, read_body
from channels.http import Hosted, Options, Server
from intake.ports import Clock, Deliver, TryLater
from tests.channels.contract import Answer
from tests.harbour import POLICY, FakeClock, FakeIds

HALF_A_BODY = b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nhalf"


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


class Rooms:
    """A channel whose routes do what a test needs."""

    def __init__(self) -> None:
        self.begun, self.may_finish = asyncio.Event(), asyncio.Event()

    def routes(self, deliver: Deliver) -> list[web.RouteDef]:
        return [
            web.post("/take", self._take),
            web.get("/slow", self._slow),
            web.get("/busy", self._failing(TryLater("p4ssw0rd"))),
            web.get("/broken", self._failing(RuntimeError("p4ssw0rd"))),
            web.get("/forbidden", self._failing(web.HTTPForbidden(text="p4ssw0rd"))),
            web.get("/refused", self._failing(Refused(429, "too_many", retry_after=7))),
        ]

    async def probe(self) -> list[str]:
        return ["The rooms are cold."]

    async def close(self) -> None: ...

    async def _take(self, request: web.Request) -> web.Response:
        return web.json_response({"size": len(await read_body(request, 1000))})

    async def _slow(self, _: web.Request) -> web.Response:
        self.begun.set()
        await self.may_finish.wait()
        return web.json_response({"done": True})

    def _failing(self, fault: Exception) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def fail(_: web.Request) -> web.Response:
            raise fault

        return fail


async def raw(port: int, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    return reader, writer


async def gone(reader: asyncio.StreamReader) -> bytes:
    """What is said until the other side closes."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
