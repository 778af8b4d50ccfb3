"""Clients that offer a message and know what was accepted. `sent` is called when the last octet has left, before any answer."""

from __future__ import annotations

import asyncio
import imaplib
from base64 import b64encode
from collections.abc import Callable
from enum import Enum
from time import time
from typing import Protocol

from bench.faults.mails import Mail
from bench.faults.place import PASSWORD, Place
from channels._standard_webhooks import sign

PATIENCE = 30.0  # seconds for an answer

Sent = Callable[[], None]


class Said(Enum):
    """The daemon's answer to one message."""

    ACCEPTED = "accepted"
    LATER = "later"  # 4yz, 503
    REFUSED = "refused"  # for ever
    NOTHING = "nothing"  # the connection broke: nobody knows


class Way(Protocol):
    """One client of one way in."""

    async def offer(self, mail: Mail, content: bytes, sent: Sent) -> Said:
        """What was answered. Raises OSError, EOFError or TimeoutError where no answer came: then nobody knows."""

    def close(self) -> None: ...


class Wire:
    """A connection that is made when it is needed, and forgotten when something goes wrong."""

    def __init__(self, port: int, home: str = "127.0.0.1") -> None:
        self._port, self._home = port, home
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def greet(self) -> None:
        """What comes before the first message."""

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                "127.0.0.1", self._port, limit=1 << 20, local_addr=(self._home, 0)
            )
            await self.greet()
        return self._reader, self._writer


class Smtp(Wire):
    """SMTP or LMTP, one message after the other over one connection."""

    def __init__(self, port: int, hello: str = "EHLO", login: str = "", home: str = "127.0.0.1") -> None:
        super().__init__(port, home)
        self._hello, self._login = hello, login

    async def greet(self) -> None:
        await self._heard()
        await self._say(f"{self._hello} siege.example")
        if self._login:
            secret = b64encode(f"\0{self._login}\0{PASSWORD}".encode()).decode()
            await self._say(f"AUTH PLAIN {secret}")

    async def offer(self, mail: Mail, content: bytes, sent: Sent) -> Said:
        try:
            return await asyncio.wait_for(self._transaction(mail, content, sent), PATIENCE)
        except BaseException:
            self.close()
            raise

    async def _transaction(self, mail: Mail, content: bytes, sent: Sent) -> Said:
        _, writer = await self.connected()
        for line in (f"MAIL FROM:<{mail.sender}>", f"RCPT TO:<{mail.recipient}>", "DATA"):
            if (code := await self._say(line)) >= 400:
                self.close()
                return _said(code)
        stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
        writer.write(stuffed + b".\r\n")
        await writer.drain()
        sent()
        return _said(await self._heard())

    async def _say(self, line: str) -> int:
        _, writer = await self.connected()
        writer.write(line.encode() + b"\r\n")
        return await self._heard()

    async def _heard(self) -> int:
        reader = self._reader
        assert reader is not None
        while True:
            line = await reader.readuntil(b"\r\n")
            if line[3:4] != b"-":
                return int(line[:3])


class Hook(Wire):
    """Signed posts over one connection that is kept."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.http)
        self._secret = place.secret

    async def offer(self, mail: Mail, content: bytes, sent: Sent) -> Said:
        try:
            return await asyncio.wait_for(self._post(mail, content, sent), PATIENCE)
        except BaseException:
            self.close()
            raise

    async def _post(self, mail: Mail, content: bytes, sent: Sent) -> Said:
        reader, writer = await self.connected()
        now = str(int(time()))
        head = (
            f"POST /hooks/webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\nwebhook-id: {mail.id}\r\nwebhook-timestamp: {now}\r\n"
            f"webhook-signature: {sign(self._secret, mail.id, now, content)}\r\n\r\n"
        )
        writer.write(head.encode() + content)
        await writer.drain()
        sent()
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = dict(line.lower().split(": ", 1) for line in answer.split("\r\n")[1:] if ": " in line)
        await reader.readexactly(int(fields.get("content-length", "0")))
        return _said(int(answer.split(" ", 2)[1]), later=503)


class Mailbox:
    """Mail arrives in a mailbox; it is accepted when the daemon has flagged it. `flagged` tells which mails are."""

    KEYWORD = "$Answerable"

    def __init__(self, port: int) -> None:
        self._port = port

    async def offer(self, mail: Mail, content: bytes, sent: Sent) -> Said:
        await asyncio.to_thread(self._append, content)
        sent()
        return Said.ACCEPTED

    def close(self) -> None:
        """Every delivery has a connection of its own."""

    def flagged(self) -> list[str]:
        """The Message-IDs' left parts of the messages that carry the daemon's mark."""
        with self._client() as client:
            client.select("INBOX", readonly=True)
            _, (found,) = client.search(None, "KEYWORD", self.KEYWORD)
            numbers = (found or b"").replace(b" ", b",").decode()
            if not numbers:
                return []
            _, parts = client.fetch(numbers, "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        lines = [part[1].decode() for part in parts if isinstance(part, tuple)]
        return [line.partition("<")[2].partition("@")[0] for line in lines]

    def _append(self, content: bytes) -> None:
        with self._client() as client:
            answer, _ = client.append("INBOX", None, None, content)
            if answer != "OK":
                raise OSError("the mailbox takes nothing")

    def _client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self._port, timeout=PATIENCE)
        client.login("help", "secret")
        return client


def _said(code: int, *, later: int = 0) -> Said:
    if 200 <= code < 300:
        return Said.ACCEPTED
    return Said.LATER if code == later or (not later and 400 <= code < 500) else Said.REFUSED
