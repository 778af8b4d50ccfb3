"""Where a listener listens: `host:port`, and what the operator is told when that cannot be."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable

BACKLOG = 512


def endpoint(name: str, listen: str) -> tuple[str, int]:
    """Host and port of "host:port" or "[::1]:port". Raises ValueError with a sentence for the operator."""
    host, colon, port = listen.rpartition(":")
    if not colon or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
        raise ValueError(f"{name}: listen must be host:port, not {listen!r}")
    return host.strip("[]"), int(port)


async def open_listener(name: str, listen: str, factory: Callable[[], asyncio.Protocol]) -> asyncio.Server:
    """Listen there. Raises ValueError or OSError with a sentence for the operator."""
    host, port = endpoint(name, listen)
    try:
        return await asyncio.get_running_loop().create_server(factory, host, port, backlog=BACKLOG)
    except OSError as error:
        raise OSError(f"{name}: {listen} {_why(error)}") from error


def _why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "is taken: another program listens there, choose another port"
    if error.errno == errno.EACCES:
        return "is not allowed: ports below 1024 need a privilege, choose another port"
    return "cannot be listened on: this machine has no such address"
