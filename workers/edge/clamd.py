"""Asking clamd whether a file is infected: INSTREAM over TCP or its Unix socket, as clamd(8) says.

By hand: the clients that there are open no Unix socket and want a thread for every kilobyte. One connection a question, so that
neither of us remembers anything.
"""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator
from contextlib import suppress

from config.settings import Scanner

PIECE = 256 * 1024  # bytes; clamd takes what it is given at once
_LONGEST = 4096  # bytes of an answer
_PING = 5.0  # seconds
_CLEAN, _FOUND = "stream: OK", " FOUND"


class Unanswered(Exception):
    """The scanner has not said whether a file is infected: it is away, too slow, or has a fault of its own."""


class Clamd:
    """The scanner that the settings name. Keeps no connection."""

    def __init__(self, options: Scanner) -> None:
        self._address = options.address
        self._seconds = options.timeout

    async def scan(self, content: bytes) -> str:
        """What is in it, as the scanner calls it; "" for nothing. Raises Unanswered."""
        said = await self._ask(b"zINSTREAM\0", *_pieces(content), bytes(4), seconds=self._seconds)
        if said == _CLEAN:
            return ""
        if said.endswith(_FOUND):
            return said.removeprefix("stream: ").removesuffix(_FOUND)
        raise Unanswered

    async def ping(self) -> None:
        """Raises Unanswered."""
        if await self._ask(b"zPING\0", seconds=_PING) != "PONG":
            raise Unanswered

    async def _ask(self, *words: bytes, seconds: float) -> str:
        try:
            async with asyncio.timeout(seconds):
                reader, writer = await self._connect()
                try:
                    return await _exchange(reader, writer, words)
                finally:
                    writer.transport.abort()
        except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError):
            raise Unanswered from None

    async def _connect(self) -> tuple[StreamReader, StreamWriter]:
        if "/" in self._address:
            return await asyncio.open_unix_connection(self._address, limit=_LONGEST)
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=_LONGEST)


async def _exchange(reader: StreamReader, writer: StreamWriter, words: tuple[bytes, ...]) -> str:
    with suppress(ConnectionError):  # it may have heard enough, and said so
        for word in words:
            writer.write(word)
            await writer.drain()
    return (await reader.readuntil(b"\0"))[:-1].decode("utf-8", "replace")


def _pieces(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), PIECE):
        piece = content[at : at + PIECE]
        yield len(piece).to_bytes(4) + piece
