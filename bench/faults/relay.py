"""A wire between a daemon and its database that can be taken away: everything hangs, or every connection breaks."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal, TypeAlias

How = Literal["hangs", "breaks", "swallows"]
Dial: TypeAlias = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Relay:
    """Listens at a door, else on a free port of loopback, and passes on what comes, to and fro."""

    ways: tuple[How, ...] = ("hangs", "breaks")
    before: tuple[str, ...] = ()  # a daemon needs nothing to go this way

    def __init__(self, dial: Dial, door: socket.socket | None = None) -> None:
        self._dial, self._door = dial, door or socket.create_server(("127.0.0.1", 0))
        self._open = asyncio.Event()
        self._open.set()
        self._refuses = False
        self._pairs: set[asyncio.Task[None]] = set()
        self.address: tuple[str, int] = self._door.getsockname()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, sock=self._door)

    def cut(self, how: How) -> None:
        """Either nothing arrives any more and nobody is told, or all connections end and no new one lives."""
        self._open.clear()
        self._refuses = how == "breaks"
        if self._refuses:
            for pair in self._pairs:
                pair.cancel()

    def mend(self) -> None:
        """What hung goes on where it stood."""
        self._refuses = False
        self._open.set()

    async def close(self) -> None:
        self._server.close()
        for pair in self._pairs:
            pair.cancel()
        await asyncio.gather(*self._pairs, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pairs.add(task)
        try:
            await self._connect(reader, writer)
        except asyncio.CancelledError:
            pass  # cut; the server's own callback would complain of it
        finally:
            self._pairs.discard(task)
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:
            return
        await self._open.wait()
        with suppress(OSError):
            back, forth = await self._dial()
            try:
                await asyncio.wait(
                    [asyncio.ensure_future(self._pass(reader, forth)), asyncio.ensure_future(self._pass(back, writer))],
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                forth.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
