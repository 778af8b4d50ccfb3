"""The header of an outgoing mail, written and read back (RFC 5322 section 2.2.3, RFC 2047).

Written out by hand, as `intake.letters.body` is: a field is a row of words without blanks, and folding only chooses what stands
between two of them. The reader is strict. It takes visible ASCII, single blanks and CRLF, so no two programs can differ about
where a field ends.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from email.header import decode_header, make_header

MAX_ENCODED = 42  # bytes of text in one encoded word, which then fits beside the name of its field
SHOWN_LINE = 78  # octets, where lines should be folded
_MAILBOXES = ("From", "To", "Reply-To")
_IDS = ("Message-ID", "In-Reply-To", "References")
_ATOMS = re.compile(r"[A-Za-z0-9][A-Za-z0-9' -]*")
_FIELD = re.compile(rb"([!-9;-~]+): ([!-~]+(?:(?:\r\n)? [!-~]+)*)\r\n")


def field(name: str, value: str) -> bytes:
    """One field on the wire, from a value with single blanks. Addresses and ids are never encoded, names before them are."""
    if name in _IDS:
        return _folded(name, value.split(" "))
    if name in _MAILBOXES:
        shown, _, address = value.rpartition(" ")
        return _folded(name, [*_words(shown, plain=_ATOMS.fullmatch(shown) is not None), address])
    return _folded(name, _words(value, plain=value.isascii()))


def read(head: bytes) -> list[tuple[str, str]]:
    """Names and decoded values of all fields, in order. Raises ValueError for bytes that are not strictly a header."""
    return [(name, _decoded(value)) for name, value in _fields(head)]


def _words(value: str, *, plain: bool) -> list[str]:
    """The text itself where it is plain, else encoded words. Text that looks encoded already is encoded again."""
    if not value or (plain and "=?" not in value):
        return value.split()
    words, rest = [], value.encode()
    while rest:
        whole = rest[:MAX_ENCODED].decode(errors="ignore").encode()  # no character is cut in two
        words.append(f"=?utf-8?b?{b64encode(whole).decode()}?=")
        rest = rest[len(whole) :]
    return words


def _folded(name: str, words: list[str]) -> bytes:
    whole = f"{name}: {' '.join(words)}"
    if len(whole) <= SHOWN_LINE:
        return f"{whole}\r\n".encode("ascii")
    lines = [f"{name}: {words[0]}"]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= SHOWN_LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join([*lines, ""]).encode("ascii")


def _fields(head: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(head):
        match = _FIELD.match(head, at)
        if match is None:
            raise ValueError("the finished header is not strictly one")
        yield match[1].decode(), match[2].replace(b"\r\n", b"").decode()
        at = match.end()


def _decoded(value: str) -> str:
    return str(make_header(decode_header(value))) if "=?" in value else value
