"""Telling that two deliveries are the same mail: a hash of what does not change on the way.

The body and the headers the author's side wrote (RFC 5322) count. Trace headers do not: a second delivery, a retry and
another mailbox add their own. A Message-ID alone is never enough, because anybody can repeat one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

_STABLE = (b"message-id", b"date", b"from", b"to", b"cc", b"subject", b"in-reply-to", b"references")
_PIECE = 65_536  # bytes that are looked at in one go: more no longer fits into what is quick to reach
_FOLD = re.compile(rb"\n[ \t]+")
_HEAD = 4 * _PIECE  # bytes in which the end of the head is looked for; no sender writes as many
_BARE = re.compile(rb"\r(?!\n)")


def fingerprint(blob: bytes) -> str:
    """64 hexadecimal digits: the same for the same mail by another way, and for nothing else.

    Line endings, folding and blank lines at the end do not count. Where there is no Message-ID, which includes everything
    that is no mail, every byte counts: better one contact too many than one complaint too few. Linear.
    """
    pieces = _pieces(blob)
    head, gap, body = _to_the_first_blank_line(pieces)
    fields = _stable_fields(head)
    digest = sha256()
    if any(name == b"message-id" and value for name, value in fields):
        digest.update(b"".join(b"%b:%b\n" % field for field in fields) + b"\n")
    else:
        digest.update(head + gap)
    digest.update(body)
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _pieces(blob: bytes) -> Iterator[bytes]:
    """The text with one kind of line ending and no blank lines at its end. No piece ends between a CR and its LF."""
    start, end = 0, _end(blob)
    while start < end:
        stop = min(start + _PIECE, end)
        stop += blob[stop - 1 : stop + 1] == b"\r\n"
        yield _one_kind(blob[start:stop])
        start = stop


def _end(blob: bytes) -> int:
    """Where the blank lines at its end begin, found without a copy of the whole."""
    end = len(blob)
    while end:
        start = max(0, end - _PIECE)
        if text := blob[start:end].rstrip(b"\r\n"):
            return start + len(text)
        end = start
    return 0


def _one_kind(text: bytes) -> bytes:
    """The text with LF as its only line ending. As a rule every CR stands before an LF, and to leave them out is fast."""
    if _BARE.search(text):
        return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return text.replace(b"\r", b"")


def _to_the_first_blank_line(pieces: Iterator[bytes]) -> tuple[bytes, bytes, bytes]:
    """The head, the line ending that makes the blank line, and what came along of the body; the rest is left in `pieces`.

    A head that does not end in time is none: in millions of lines, to look for fields would take gigabytes.
    """
    text = b""
    for piece in pieces:
        text += piece
        if b"\n\n" in text:
            return text.partition(b"\n\n")
        if len(text) >= _HEAD:
            break
    return b"", b"", text


def _stable_fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """The stable headers, grouped by name in a fixed order; a repeated one keeps its place among its equals."""
    fields = []
    for line in _FOLD.sub(b" ", head).split(b"\n"):
        name, colon, value = line.partition(b":")
        if colon and (known := name.strip().lower()) in _STABLE:
            fields.append((known, b" ".join(value.split())))
    return sorted(fields, key=lambda each: _STABLE.index(each[0]))
