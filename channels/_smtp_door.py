"""Where SMTP connections arrive and stand until their first word: greeted, or turned away with 421 (RFC 5321, 3.1 and 3.8)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import structlog

from channels._smtp_house import CROWDED, House
from channels._smtp_session import CLOSING, TOO_QUIET, Session, host

log = structlog.get_logger()

SILENT_SECONDS = 5.0  # that a client may be silent in the middle of its dialogue, even where others wait for its place
FULL = "421 4.3.2 Too many connections, please come again later"


class Door(asyncio.Protocol):
    """One connection that has said nothing yet. A session costs ten times as much, and is made for whoever speaks.

    So those who only stand there take nobody's place, and a client may take its time to answer the greeting.
    """

    def __init__(self, house: House, session: Callable[[House], Session]) -> None:
        self._house, self._session = house, session
        self._wire: asyncio.Transport | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.Transport, transport)
        self._peer = host(transport.get_extra_info("peername"))
        if not self._welcome():
            log.debug("smtp_connection_refused", channel=self._house.name, sessions=len(self._house.sessions))
            self.leave(FULL)
            return
        self._house.come(self, self._peer)
        self._patience = asyncio.get_running_loop().call_later(self._house.idle_timeout, self.leave, TOO_QUIET)
        self._wire.write(f"220 {self._house.greeting}\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """The first word: from now on it is a session's."""
        wire = self._wire
        if wire is None:
            return
        if not self._room(made=True):
            self.leave(FULL)
            return
        self._stand_aside()
        session = self._session(self._house)
        wire.set_protocol(session)
        session.connection_made(wire)
        session.data_received(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self._stand_aside():
            self._house.go(self._peer)

    def leave(self, words: str = CLOSING) -> None:
        """Say why, and close."""
        if self._wire is not None:
            self._wire.write(words.encode() + b"\r\n")
            self._wire.close()
        self.connection_lost(None)

    def _stand_aside(self) -> bool:
        """Whether it stood here until now."""
        if self._patience is not None:
            self._patience.cancel()
        self._wire = self._patience = None
        return self._house.silent.pop(self, None) is not None

    def _welcome(self) -> bool:
        house = self._house
        return not house.closing and house.peers[self._peer] < house.max_per_peer and self._room()

    def _room(self, *, made: bool = False) -> bool:
        """Whether a session has a place, or one is to be `made`: whoever was silent longest leaves it, where all are taken."""
        sessions = self._house.sessions
        if len(sessions) < self._house.max_connections:
            return True
        idle = [each for each in sessions if each.silent > SILENT_SECONDS]
        if idle and made:
            max(idle, key=lambda each: each.silent).leave(CROWDED)
        return bool(idle)
