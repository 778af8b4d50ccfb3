"""A connection to a mail server, from the login on: commands out, replies in (RFC 5321, section 4.2).

aiosmtplib connects, encrypts and logs in, and would go on with one command at a time. Here several go out at once where the
server takes them so (RFC 2920): a letter waits for two answers instead of four.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

from aiosmtplib import SMTP, SMTPReadTimeoutError, SMTPResponse, SMTPResponseException, SMTPServerDisconnected

LONGEST_REPLY = 32_768  # bytes
LEAVING = 421


class Wire(asyncio.Protocol):
    """Takes over the connection of `client`, which is of no use afterwards. Nor is a connection that has raised."""

    def __init__(self, client: SMTP) -> None:
        self.pipelining = client.supports_extension("pipelining")
        self._timeout = client.timeout
        self._replies: _Replies | None = None
        self._transport = cast(asyncio.Transport, client.transport)
        self._transport.set_protocol(self)

    @property
    def open(self) -> bool:
        return not self._transport.is_closing()

    def close(self) -> None:
        self._transport.close()

    async def say(self, *commands: bytes, seconds: float | None = None) -> list[SMTPResponse]:
        """The reply to each. Raises SMTPException where there is none in time, or no reply, or the server leaves (421)."""
        if self.pipelining:
            return await self._exchange(commands, seconds)
        return [reply for each in commands for reply in await self._exchange((each,), seconds)]

    async def _exchange(self, commands: Sequence[bytes], seconds: float | None) -> list[SMTPResponse]:
        if not self.open:
            raise SMTPServerDisconnected("connection lost")
        self._replies = _Replies(len(commands))
        self._transport.write(b"".join(commands))
        try:
            async with asyncio.timeout(seconds or self._timeout):
                return await self._replies.all
        except TimeoutError as error:
            raise SMTPReadTimeoutError("no answer in time") from error
        finally:
            self._replies = None

    def data_received(self, data: bytes) -> None:
        if self._replies is not None:  # else nothing was asked: it must not pass for the reply to what is asked next
            self._replies.hear(data)

    def connection_lost(self, _: Exception | None) -> None:
        if self._replies is not None:
            self._replies.fail(SMTPServerDisconnected("connection lost"))


class _Replies:
    """The replies to so many commands, as they come in."""

    def __init__(self, wanted: int) -> None:
        self.all: asyncio.Future[list[SMTPResponse]] = asyncio.get_running_loop().create_future()
        self._wanted = wanted
        self._room = wanted * LONGEST_REPLY
        self._heard: list[SMTPResponse] = []
        self._lines: list[bytes] = []  # of a reply that goes on
        self._rest = b""  # of a line that goes on

    def hear(self, data: bytes) -> None:
        self._room -= len(data)
        if self._room < 0:
            self.fail(SMTPResponseException(-1, "reply too long"))
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(line)

    def fail(self, error: Exception) -> None:
        if not self.all.done():
            self.all.set_exception(error)

    def _take(self, line: bytes) -> None:
        self._lines.append(line)
        if self.all.done() or line[3:4] == b"-":
            return
        self._heard.append(reply := _reply(self._lines))
        self._lines = []
        if reply.code == LEAVING or not 200 <= reply.code < 600:
            self.fail(SMTPResponseException(*reply))
        elif len(self._heard) == self._wanted:
            self.all.set_result(self._heard)


def _reply(lines: Sequence[bytes]) -> SMTPResponse:
    code = lines[-1][:3]
    words = b"\n".join(line[4:].strip() for line in lines)
    return SMTPResponse(int(code) if code.isdigit() else -1, words.decode("utf-8", "surrogateescape"))
