"""What follows DATA: reading a message to its end, in bulk and within a bound (RFC 5321 sections 4.1.1.4 and 4.5.2).

Nothing but CRLF . CRLF ends a message. Bare LF, bare CR and lines of any length are part of it: they are the sender's
words, and an end that other servers would not see is how mail is smuggled (CVE-2024-27305).
"""

from __future__ import annotations

from asyncio import LimitOverrunError, StreamReader
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

CHUNK = 64 * 1024  # bytes; a connection buffers at most twice as many
END = b"\r\n.\r\n"
PATIENCE = 10  # a sender may overrun the size limit so many times before we stop listening


class Refused(Exception):
    """The message is not taken. Its text is the reply, made of constants only."""


class Overrun(Refused):
    """The sender goes on and on: the connection is to be closed."""


TOO_BIG = "552 5.3.4 The message is bigger than we take"
NO_ROOM = "452 4.3.1 Too much mail at once, please come again later"
NO_SPACE = "452 4.3.1 No space left to keep mail, please come again later"


class Budget:
    """The memory that all messages on their way in may take together, in bytes."""

    def __init__(self, total: int) -> None:
        self.free = total

    @contextmanager
    def allowance(self, limit: int) -> Iterator[Allowance]:
        """Room for one message of at most `limit` bytes, given back at the end."""
        allowance = Allowance(self, limit)
        try:
            yield allowance
        finally:
            self.free += allowance.held


class Allowance:
    """What one message may take, and has taken."""

    def __init__(self, budget: Budget, limit: int) -> None:
        self._budget, self._limit = budget, limit
        self.held = 0
        self.seen = 0
        self.refusal = ""

    def take(self, size: int) -> bool:
        """Whether these further bytes may be kept. After the first no, everything that was held is given back."""
        self.seen += size
        if self.seen > self._limit * PATIENCE:
            raise Overrun(TOO_BIG)
        if not self.refusal:
            self.refusal = TOO_BIG if self.seen > self._limit else NO_ROOM if size > self._budget.free else ""
        taken = -self.held if self.refusal else size
        self.held += taken
        self._budget.free -= taken
        return not self.refusal


async def read_content(reader: StreamReader, allowance: Allowance) -> bytes:
    """The message, without its transparency dots. Raises `Refused`, as a rule after the end was read."""
    # The CRLF before the first line is the one that ended DATA. It is put back, so that one rule finds every end.
    reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]  # noqa: SLF001
    content = BytesIO()  # it grows in place and hands its bytes over: a large message is never held twice
    rest, ended = b"", False
    while not ended:
        chunk, ended = await _chunk(reader)
        if allowance.take(len(chunk)):
            piece, rest = unstuffed(rest + chunk, last=ended)
            content.write(piece if content.tell() else piece.removeprefix(b"\r\n"))  # the CRLF that ended DATA
        else:
            content.truncate(content.seek(0))
    if allowance.refusal:
        raise Refused(allowance.refusal)
    content.truncate(content.tell() - len(b"\r\n"))  # the one after the lone dot
    return content.getvalue()


async def _chunk(reader: StreamReader) -> tuple[bytes, bool]:
    """The next bytes, and whether they hold the end."""
    try:
        return await reader.readuntil(END), True
    except LimitOverrunError as overrun:
        return await reader.readexactly(overrun.consumed), False


def unstuffed(text: bytes, *, last: bool) -> tuple[bytes, bytes]:
    """The text without the dots that began its lines for transport, and what of its end belongs to the next piece.

    Piece by piece, because a replacement in all of a large message would hold up every other connection.
    """
    keep = 0 if last else 2 if text.endswith(b"\r\n") else 1 if text.endswith(b"\r") else 0
    cut = len(text) - keep
    return text[:cut].replace(b"\r\n.", b"\r\n"), text[cut:]
