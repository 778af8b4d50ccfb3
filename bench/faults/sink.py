"""The other side of the way out: a mail server that takes every letter and remembers it."""

from __future__ import annotations

import asyncio
import email
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import Message
from hashlib import sha256
from typing import Any

from aiosmtpd.smtp import SMTP


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One letter, each time it came."""

    message_id: str  # bare
    recipient: str
    sha256: str
    message: Message

    @property
    def text(self) -> str:
        parts = [part for part in self.message.walk() if part.get_content_type() == "text/plain"]
        return "".join((part.get_payload(decode=True) or b"").decode("utf-8", "replace") for part in parts)


@dataclass
class Sink:
    """What came, in order. `arrived` is told of every letter."""

    arrived: Callable[[Letter], None] = lambda letter: None
    letters: list[Letter] = field(default_factory=list)
    port: int = 0

    async def handle_EHLO(self, _server: Any, session: Any, _: Any, hostname: str, answers: list[str]) -> list[str]:
        session.host_name = hostname
        return [answers[0], "250-PIPELINING", *answers[1:]]  # as mail servers do

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content)
        for recipient in envelope.rcpt_tos:
            letter = Letter(
                message_id=str(message["Message-ID"]).strip("<> "),
                recipient=recipient.lower(),
                sha256=sha256(envelope.content).hexdigest(),
                message=message,
            )
            self.letters.append(letter)
            self.arrived(letter)
        return "250 2.0.0 Taken"


@asynccontextmanager
async def running(sink: Sink | None = None) -> AsyncIterator[Sink]:
    """A sink on a free port of loopback, for the length of the block."""
    sink = sink or Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(sink, enable_SMTPUTF8=True, timeout=3600, loop=loop), "127.0.0.1", 0, backlog=256
    )
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
