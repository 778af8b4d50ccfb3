"""Who may come in on HTTP: how many at once, how many from one place, and where a request really came from."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import cast

from aiohttp import web

PROXIES = web.AppKey("proxies", tuple[str, ...])

BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Door(asyncio.Protocol):
    """Stands where a connection arrives, and hands it to aiohttp or turns it away.

    aiohttp counts its connections but has no limit for them. Proxies of ours speak for many and are not limited.
    """

    def __init__(self, server: web.Server, *, most: int, most_per_peer: int, proxies: Collection[str]) -> None:
        self._server, self._most, self._most_per_peer, self._proxies = server, most, most_per_peer, proxies

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        wire = cast(asyncio.Transport, transport)
        if self._full(_host(wire.get_extra_info("peername"))):
            wire.write(BUSY)
            wire.close()
            return
        inside = self._server()
        wire.set_protocol(inside)
        inside.connection_made(wire)

    def _full(self, peer: str) -> bool:
        inside = self._server.connections
        if peer not in self._proxies and sum(_host(c.peername) == peer for c in inside) >= self._most_per_peer:
            return True
        return len(inside) >= self._most and not _made_room(inside)


def _made_room(inside: Sequence[web.RequestHandler]) -> bool:
    """Whoever has stood there longest without one whole head has to leave for the next one: through a proxy, halves are many."""
    for each in inside:  # in the order in which they came
        if each.transport is not None and not each._request_count:  # noqa: SLF001 - aiohttp has no other word for it
            each.transport.write(BUSY)
            each.force_close()
            return True
    return False


def client(request: web.Request) -> str:
    """The address a request came from, behind our own proxies: they append to X-Forwarded-For, strangers only pretend to.

    The rest of an IPv6 network is one household: the first 64 bits stand for it.
    """
    address = request.remote or ""
    hops = [*",".join(request.headers.getall("X-Forwarded-For", [])).split(","), address]
    for hop in reversed(hops):
        address = hop.strip() or address
        if address not in request.app[PROXIES]:
            break
    return _network(address)


@lru_cache(maxsize=1000)
def _network(address: str) -> str:
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip) if ip.version == 4 else ":".join(ip.exploded.split(":")[:4]) + "::"


def _host(peername: object) -> str:
    return str(peername[0]) if isinstance(peername, tuple) else ""
