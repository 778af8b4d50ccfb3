"""A mail server that keeps to a script, and letters for it to take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from channels.smarthost import Options, build
from intake.letters.letter import Submission
from tests.channels.wire import tools

JO, KAI, LEE = "jo@customer.example", "kai@customer.example", "lee@customer.example"
LETTER = b"From: help@harbour.example\r\nSubject: We have it\r\n\r\nDear Jo\r\n.dots\r\n"
HANG_UP = None


def submission(*recipients: str, blob: bytes = LETTER, mail_from: str = "help@harbour.example") -> Submission:
    return Submission(
        channel="mail",
        mail_from=mail_from,
        rcpt_to=recipients or (JO,),
        message_id="l48291357@harbour.example",
        blob=blob,
    )


class Script:
    """A server that says what it is told to. Keys are a command's first words, "" the greeting, "." the end of content."""

    def __init__(self, replies: Mapping[str, str | None]) -> None:
        self.replies = replies
        self.said: list[str] = []
        self.connections = 0
        self.open = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        try:
            if await self._reply(writer, "", "220 ready"):
                await self._dialogue(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.open -= 1

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := (await reader.readline()).decode().strip():
            self.said.append(line)
            usual = {"EHLO": "250 hello", "DATA": "354 go on", "QUIT": "221 bye"}.get(line[:4], "250 2.0.0 fine")
            if not await self._reply(writer, line, usual):
                return
            if line == "DATA" and (self.replies.get("DATA") or "354").startswith("354"):
                await reader.readuntil(b"\r\n.\r\n")
                if not await self._reply(writer, ".", "250 2.0.0 taken"):
                    return

    async def _reply(self, writer: asyncio.StreamWriter, line: str, usual: str) -> bool:
        said = [reply for start, reply in self.replies.items() if (line.startswith(start) if start else not line)]
        reply = said[0] if said else usual
        if reply is HANG_UP:
            return False
        for drop in reply.split("~"):  # "~" is a pause
            writer.write(drop.encode())
            await writer.drain()
            if "~" in reply:
                await asyncio.sleep(0.1)
        writer.write(b"\r\n")
        await writer.drain()
        return True


@asynccontextmanager
async def scripted(replies: Mapping[str, str | None], **options: Any) -> AsyncIterator[tuple[Any, Script]]:
    script = Script(replies)
    server = await asyncio.start_server(script, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    smarthost = build("smarthost", Options(**{"host": "127.0.0.1", "port": port, "tls": "none", **options}), tools())
    try:
        yield smarthost, script
    finally:
        await smarthost.close()
        server.close()
        await server.wait_closed()
        async with asyncio.timeout(5):
            while script.open:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
