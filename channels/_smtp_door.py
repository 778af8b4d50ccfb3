"""Where SMTP connections arrive: handed to a session, or turned away with 421 (RFC 5321 section 3.8)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import structlog

from channels._smtp_house import House
from channels._smtp_session import Session, host

log = structlog.get_logger()

SILENT_SECONDS = 5.0  # that a client may be silent in the middle of its dialogue, even where others wait for its place
CROWDED = "421 4.3.2 Others wait, please come again later"
FULL = b"421 4.3.2 Too many connections, please come again later\r\n"


class Door(asyncio.Protocol):
    """Counts before anything is set up, so that a flood costs little."""

    def __init__(self, house: House, session: Callable[[House], Session], *, most: int, most_per_peer: int) -> None:
        self._house, self._session, self._most, self._most_per_peer = house, session, most, most_per_peer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        wire = cast(asyncio.Transport, transport)
        if self._full(host(wire.get_extra_info("peername"))):
            log.debug("smtp_connection_refused", channel=self._house.name, sessions=len(self._house.sessions))
            wire.write(FULL)
            wire.close()
            return
        session = self._session(self._house)
        wire.set_protocol(session)
        session.connection_made(wire)

    def _full(self, peer: str) -> bool:
        inside = self._house.sessions
        if self._house.closing or sum(s.peer == peer for s in inside) >= self._most_per_peer:
            return True
        return len(inside) >= self._most and not self._made_room()

    def _made_room(self) -> bool:
        """Whoever has said nothing for longest has to leave for the next one, so that idlers keep nobody out.

        Those first who have never said anything: a client answers the greeting at once.
        """
        idle = [each for each in self._house.sessions if each.silent > (SILENT_SECONDS if each.spoke else 0.0)]
        if idle:
            max(idle, key=lambda each: (not each.spoke, each.silent)).leave(CROWDED)
        return bool(idle)
