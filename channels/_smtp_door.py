"""Where SMTP connections arrive: handed to a session, or turned away with 421 (RFC 5321 section 3.8)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import structlog

from channels._smtp_house import House
from channels._smtp_session import Session, host

log = structlog.get_logger()

FULL = b"421 4.3.2 Too many connections, please come again later\r\n"


class Door(asyncio.Protocol):
    """Counts before anything is set up, so that a flood costs little."""

    def __init__(self, house: House, session: Callable[[House], Session], *, most: int, most_per_peer: int) -> None:
        self._house, self._session, self._most, self._most_per_peer = house, session, most, most_per_peer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        wire = cast(asyncio.Transport, transport)
        if self._full(host(wire.get_extra_info("peername"))):
            log.warning("smtp_connection_refused", channel=self._house.name, sessions=len(self._house.sessions))
            wire.write(FULL)
            wire.close()
            return
        session = self._session(self._house)
        wire.set_protocol(session)
        session.connection_made(wire)

    def _full(self, peer: str) -> bool:
        inside = self._house.sessions
        if self._house.closing or len(inside) >= self._most:
            return True
        return sum(s.peer == peer for s in inside) >= self._most_per_peer
