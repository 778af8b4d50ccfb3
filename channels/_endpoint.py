"""Where a listener listens: `host:port`, and what the operator is told when that cannot be."""

from __future__ import annotations

import errno
import socket

from intake.ports import CannotListen

BACKLOG = 512


def bind(name: str, listen: str) -> socket.socket:
    """Take hold of "host:port" or "[::1]:port"; port 0 takes a free one. Raises `CannotListen`."""
    host, port = endpoint(name, listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        taken = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise CannotListen(f"{name}: {listen} {_why(error)}") from error
    taken.setblocking(False)
    return taken


def endpoint(name: str, listen: str) -> tuple[str, int]:
    """Host and port. Raises `CannotListen` for what is neither."""
    host, colon, port = listen.rpartition(":")
    if not colon or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
        raise CannotListen(f"{name}: listen must be host:port, not {listen!r}")
    return host.strip("[]"), int(port)


def _why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "is taken: another program listens there, choose another port"
    if error.errno == errno.EACCES:
        return "is not allowed: ports below 1024 need a privilege, choose another port"
    return "cannot be listened on: this machine has no such address"
