"""The HTTP listener: it hosts every channel that has routes, and tells operators how the daemon is.

RFC 9112. `GET /healthz` (alive), `GET /readyz` (able to take messages in), `GET /metrics` (Prometheus text format). TLS belongs
to the proxy in front.
"""

from __future__ import annotations

import asyncio
import logging
import os
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
from intake.ports import Deliver

log = structlog.get_logger()

HEAD_SECONDS = 10.0  # until the head of a request is complete, and between two requests
LINGER_SECONDS = 1.0  # that the rest of a refused body is read and thrown away
DRAIN_SECONDS = 4.0  # for what is being answered when we stop; aiohttp takes it at most twice


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Where to listen, and how much at once."""

    host: str = "127.0.0.1"
    port: int = 8080  # 0 takes a free one
    connections: int = 4000  # at once; keep it below the limit of open files
    connections_per_peer: int = 100
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")  # our own: believed about X-Forwarded-For, and not limited


class Hosted(Protocol):
    """What a channel on HTTP gives its host."""

    def routes(self, deliver: Deliver) -> list[web.RouteDef]: ...

    async def probe(self) -> list[str]:
        """What is wrong with the configuration, one sentence each; [] when all is well."""

    async def close(self) -> None:
        """Let go of whoever is being streamed to: the daemon is stopping."""


class CannotListen(Exception):
    """The address cannot be listened on. The text is for the operator."""


async def _always_ready() -> list[str]:
    return []


class Server:
    """One listener. Set `channels`, `ready` and `registry` before it starts; `address` is true once it is `listening`."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._runner: web.AppRunner | None = None
        self._listener: asyncio.Server | None = None
        self.channels: list[Hosted] = []
        self.ready: Callable[[], Awaitable[list[str]]] = _always_ready  # slugs of what is missing; [] when ready
        self.registry: Collector = CollectorRegistry()
        self.address: tuple[str, int] = (options.host, options.port)
        self.listening = asyncio.Event()

    async def receive(self, deliver: Deliver) -> None:
        """Serve until cancelled; then finish within 10 s what is being answered. Raises `CannotListen`."""
        await self.start(deliver)
        try:
            await asyncio.Event().wait()
        finally:
            await self.stop()

    async def start(self, deliver: Deliver) -> None:
        """Listen. Raises `CannotListen`, with a sentence for the operator."""
        runner = web.AppRunner(
            self._app(deliver),
            shutdown_timeout=DRAIN_SECONDS,
            access_log=None,
            logger=logging.Logger("http", level=logging.CRITICAL + 1),  # aiohttp's own lines hold addresses
            # From connecting to a complete head, not only between requests: aiohttp has no other guard against half a head.
            keepalive_timeout=HEAD_SECONDS,
            lingering_time=LINGER_SECONDS,
            auto_decompress=False,
        )
        await runner.setup()
        try:
            self._listener = await self._listen(cast(web.Server, runner.server))
        except OSError as wrong:
            await runner.cleanup()
            host, port = self.address
            reason = os.strerror(wrong.errno) if wrong.errno else "no such address"
            raise CannotListen(f"Cannot listen for HTTP on {host} port {port}: {reason}.") from None
        self._runner = runner
        self.address = self._listener.sockets[0].getsockname()[:2]
        self.listening.set()
        log.info("http_listening", host=self.address[0], port=self.address[1])

    async def stop(self) -> None:
        """Take nothing new, finish what was begun, and let the streams go."""
        if self._listener and self._runner:
            self._listener.close()
            await self._runner.cleanup()
            log.info("http_stopped")

    async def probe(self) -> list[str]:
        return [wrong for channel in self.channels for wrong in await channel.probe()]

    async def _listen(self, server: web.Server) -> asyncio.Server:
        o = self._options

        def door() -> Door:
            return Door(server, connections=o.connections, per_peer=o.connections_per_peer, proxies=o.proxies)

        return await asyncio.get_running_loop().create_server(door, o.host, o.port, backlog=512)

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
        missing = await self.ready()
        return answer(503 if missing else 200, {"status": "not_ready" if missing else "ready", "missing": missing})


async def _alive(_: web.Request) -> web.Response:
    return answer(200, {"status": "alive"})


def _closing(channel: Hosted) -> Callable[[web.Application], Awaitable[None]]:
    return lambda _: channel.close()


def build(name: str, options: Options, tools: Tools) -> Server:
    """The listener. Whoever wires it sets `channels`, and `ready` and `registry` as wanted."""
    return Server(options)
