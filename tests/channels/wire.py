"""A client that says exactly what it is told to, byte for byte, and a listener to say it to."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from channels import Tools
from channels.smtp import Listener, Options, build
from intake.ports import Deliver
from tests.harbour import POLICY, FakeClock, FakeIds

PATIENCE = 10  # seconds that a test waits for an answer


def tools(data: Path = Path("/nonexistent"), **changes: Any) -> Tools:
    return Tools(**{"clock": FakeClock(), "ids": FakeIds(), "policy": POLICY, "data": data, **changes})


@asynccontextmanager
async def listening(
    deliver: Deliver, data: Path = Path("/nonexistent"), name: str = "desk", **options: Any
) -> AsyncIterator[tuple[Listener, asyncio.Task[None]]]:
    """A listener on a free port and the task it runs in."""
    listener = build(name, Options(**{"listen": "127.0.0.1:0", **options}), tools(data))
    await listener.open()
    task = asyncio.create_task(listener.receive(deliver))
    await asyncio.sleep(0)  # cancelled before its first step, it could not let go of the address
    try:
        yield listener, task
    finally:
        await stop(task)


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


class Client:
    """Bytes out, reply lines in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    @asynccontextmanager
    async def to(cls, address: tuple[str, int], hello: str = "EHLO test.example") -> AsyncIterator[Client]:
        """Connected, greeted, and with the hello said unless it is ""."""
        client = cls(*await asyncio.open_connection(*address))
        try:
            client.greeting = await client.reply()
            client.offers = await client.say(hello) if hello else ""
            yield client
        finally:
            client.writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):
                await client.writer.wait_closed()

    async def reply(self) -> str:
        """One reply, all its lines; "" where the connection was closed."""
        lines = []
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), PATIENCE)).decode()
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return "\n".join(lines)

    async def say(self, line: str | bytes) -> str:
        """Say one line, and hear the reply to it."""
        await self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return await self.reply()

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def envelope(self, *recipients: str, sender: str = "jo@customer.example") -> list[str]:
        """MAIL and RCPTs: the replies."""
        return [await self.say(f"MAIL FROM:<{sender}>"), *[await self.say(f"RCPT TO:<{r}>") for r in recipients]]

    async def mail(self, content: bytes, *recipients: str, sender: str = "jo@customer.example") -> str:
        """A whole transaction: the reply to its content, which is sent as it is."""
        for reply in [
            *await self.envelope(*(recipients or ("help@harbour.example",)), sender=sender),
            await self.say("DATA"),
        ]:
            if reply[:1] not in "23":
                return reply
        await self.send(content + b".\r\n")
        return await self.reply()

    greeting = ""
    offers = ""


def message(words: str = "The kettle leaks.", number: int = 1) -> bytes:
    return (
        f"From: Jo <jo@customer.example>\r\nTo: help@harbour.example\r\nSubject: Kettle\r\n"
        f"Message-ID: <{number}@customer.example>\r\nDate: Tue, 13 Jan 2026 10:04:00 +0000\r\n\r\n{words}\r\n"
    ).encode()
