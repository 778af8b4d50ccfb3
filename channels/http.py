"""The HTTP listener: it hosts every channel that has routes, and tells operators how the daemon is.

RFC 9112. `GET /healthz` (alive), `GET /readyz` (able to take messages in), `GET /metrics` (Prometheus text format). TLS belongs
to the proxy in front.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, cast

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler
from prometheus_client.registry import Collector

from channels import Tools
from channels._answers import answer, dress, polite
from channels._door import PROXIES, Door
from channels._endpoint import BACKLOG, bind
from intake.ports import Deliver

log = structlog.get_logger()

HEAD_SECONDS = 10.0  # until the head of a request is complete, and between two requests
LINGER_SECONDS = 1.0  # that the rest of a refused body is read and thrown away
DRAIN_SECONDS = 4.0  # for what is being answered when we stop; aiohttp takes it at most twice


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Where to listen, and how much at once."""

    listen: str = "127.0.0.1:8080"  # host:port, [::1]:port; port 0 takes a free one
    max_connections: int = (
        500  # at once; with all other listeners' below the limit of open files, 1,024 on most systems
    )
    max_connections_per_peer: int = 100
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")  # our own: believed about X-Forwarded-For, and not limited


class Hosted(Protocol):
    """What a channel on HTTP gives its host."""

    def routes(self, deliver: Deliver) -> list[web.RouteDef]: ...

    async def probe(self) -> list[str]:
        """What is wrong with the configuration, one sentence each; [] when all is well."""

    async def close(self) -> None:
        """Let go of whoever is being streamed to: the daemon is stopping."""


async def _always_ready() -> list[str]:
    return []


class Server:
    """One listener. Set `channels`, `readiness` and `registry` before it starts; `address` is known once it is open."""

    def __init__(self, name: str, options: Options) -> None:
        self._name, self._options = name, options
        self.channels: list[Hosted] = []
        self.readiness: Callable[[], Awaitable[list[str]]] = _always_ready  # slugs of what is missing; [] when ready
        self.registry: Collector = CollectorRegistry()
        self.ready = asyncio.Event()
        self.address: tuple[str, int] = ("", 0)
        self._socket: socket.socket | None = None

    async def open(self) -> None:
        """Take hold of the address. Raises `CannotListen`."""
        self._socket = self._open()

    async def receive(self, deliver: Deliver) -> None:
        """Serve until cancelled, then finish within 10 s what was begun. Raises `CannotListen` where it is not open."""
        taken = self._socket or self._open()
        runner = self._runner(deliver)
        await runner.setup()
        try:
            await self._serve(cast(web.Server, runner.server), taken)
        finally:
            await runner.cleanup()
            self._socket = None
            self.ready.clear()
            log.info("http_drained", channel=self._name)

    async def probe(self) -> list[str]:
        return [wrong for channel in self.channels for wrong in await channel.probe()]

    def _open(self) -> socket.socket:
        taken = bind(self._name, self._options.listen)
        self.address = taken.getsockname()[:2]
        return taken

    async def _serve(self, server: web.Server, taken: socket.socket) -> None:
        o = self._options

        def door() -> Door:
            return Door(server, most=o.max_connections, most_per_peer=o.max_connections_per_peer, proxies=o.proxies)

        listener = await asyncio.get_running_loop().create_server(door, sock=taken, backlog=BACKLOG)
        self.ready.set()
        log.info("http_listening", channel=self._name, port=self.address[1])
        try:
            await asyncio.Event().wait()
        finally:
            listener.close()

    def _runner(self, deliver: Deliver) -> web.AppRunner:
        return web.AppRunner(
            self._app(deliver),
            shutdown_timeout=DRAIN_SECONDS,
            access_log=None,
            logger=logging.Logger("http", level=logging.CRITICAL + 1),  # aiohttp's own lines hold addresses
            # It runs from connecting to a complete head, not only between requests: the guard against half a head.
            keepalive_timeout=HEAD_SECONDS,
            lingering_time=LINGER_SECONDS,
            auto_decompress=False,
        )

    def _app(self, deliver: Deliver) -> web.Application:
        app = web.Application(middlewares=[polite])
        app[PROXIES] = self._options.proxies
        app.on_response_prepare.append(dress)
        app.add_routes([web.get("/healthz", _alive), web.get("/readyz", self._readiness)])
        app.router.add_get("/metrics", make_aiohttp_handler(self.registry))
        for channel in self.channels:
            app.add_routes(channel.routes(deliver))
            app.on_shutdown.append(_closing(channel))
        return app

    async def _readiness(self, _: web.Request) -> web.Response:
        missing = await self.readiness()
        return answer(503 if missing else 200, {"status": "not_ready" if missing else "ready", "missing": missing})


async def _alive(_: web.Request) -> web.Response:
    return answer(200, {"status": "alive"})


def _closing(channel: Hosted) -> Callable[[web.Application], Awaitable[None]]:
    return lambda _: channel.close()


def build(name: str, options: Options, tools: Tools) -> Server:
    """The listener. Whoever wires it sets `channels`, and `readiness` and `registry` as wanted."""
    return Server(name, options)
