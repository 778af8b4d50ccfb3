"""The header block: fields in order, unfolded and decoded (RFC 5322 section 2.2, RFC 2047, RFC 6532)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from intake.mime import charset, encoded_words
from intake.mime.defects import Defect

_FIELD = re.compile(r"^([!-9;-~]{1,200})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)\n?", re.MULTILINE)
_NO_FIELD = re.compile(rb"\n(?![ \t\r]|[!-9;-~]{1,200}[ \t]*:)[^\n]+")
_MACHINERY = re.compile(
    rb"^(?:content-(?:type|transfer-encoding)|mime-version|message-id|received):", re.IGNORECASE | re.MULTILINE
)
_ASCII = bytes(range(0x80))
_BLANK = " \t\r\n\v\f"
_TELLING = 4  # bytes beyond ASCII from which a charset can be told
_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LABEL = re.compile(rb"charset[ \t]*=[ \t]*\"?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)

# Fields with a grammar: decoding their encoded words would make commas and brackets out of names.
_MAILBOXES = {"from", "to", "cc", "bcc", "reply-to", "sender", "return-path", "delivered-to"}
_RESENT = {"resent-from", "resent-to", "resent-cc", "resent-sender"}
_MIME = {"content-type", "content-disposition", "content-transfer-encoding"}
STRUCTURED = frozenset(_MAILBOXES | _RESENT | _MIME)


def mended(head: bytes) -> bytes:
    """The header block without damage, so that every reader sees it alike; words that begin in it stand behind an empty line."""
    fields, words = parted(head)
    return fields + b"\n" + words if words else fields


def parted(head: bytes) -> tuple[bytes, bytes]:
    """The fields of a header block, and the words that begin in it.

    Where fields of the machinery follow a line that is none, that line is damage and left out; else the text begins there, for
    want of an empty line.
    """
    lines = b"\n" + head
    broken = _NO_FIELD.search(lines)
    if broken is None:
        return head, b""
    if _MACHINERY.search(lines, broken.end()):
        return _NO_FIELD.sub(b"", lines)[1:], b""
    return head[: broken.start()], head[broken.start() :]


def text_of(head: bytes) -> str:
    """Bytes beyond ASCII, whose meaning is not known yet, as half surrogate pairs (PEP 383)."""
    return head.decode("ascii", "surrogateescape")


def split(head: bytes) -> list[tuple[str, str]]:
    """(lower-case name, raw value) in order, as `text_of` has them."""
    return [(name.lower(), value.strip(_BLANK)) for name, value in _FIELD.findall(text_of(head))]


def unfold(value: str, hint: str = "") -> tuple[str, tuple[Defect, ...]]:
    """A raw value on one line, encoded words untouched. Bytes beyond ASCII are read as UTF-8, else by `hint`."""
    text, defects = (value, ()) if value.isascii() else _eight_bit(value.encode("ascii", "surrogateescape"), hint)
    if "\n" in text or "\r" in text:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        text = " ".join([line.strip(" \t") for line in lines if line])
    return text, defects


def _eight_bit(value: bytes, hint: str) -> tuple[str, tuple[Defect, ...]]:
    """Bytes without a label: detection needs more of them than a single umlaut, which may be anything."""
    few = len(value.translate(None, _ASCII)) < _TELLING
    if few and charset.strictly(value, "utf-8") is None and charset.codec_of(hint) is None:
        return value.decode("ascii", "replace"), (Defect.HEADER_8BIT, Defect.CHARSET_LOSSY)
    text, more = charset.guess(value, hint)
    return text, (Defect.HEADER_8BIT, *more)


def decode(name: str, value: str, hint: str = "") -> tuple[str, tuple[Defect, ...]]:
    """A raw value as a person reads it; structured fields keep their encoded words. One line, no control characters."""
    text, defects = unfold(value, hint)
    if "=?" in text and name not in STRUCTURED:
        text, more = encoded_words.decode(text)
        defects += more
    if text.isprintable():
        return text, defects
    # Taken away, it would make an address that nobody wrote.
    return one_line(text, defects, instead="\N{REPLACEMENT CHARACTER}" if name in _MAILBOXES else " ")


def one_line(text: str, defects: tuple[Defect, ...] = (), *, instead: str = " ") -> tuple[str, tuple[Defect, ...]]:
    """No line break or control character survives in a value: what is sent on can hold no second field."""
    plain = text.replace("\t", " ")
    if _BREAKING.search(plain):
        defects += (Defect.HEADER_CONTROL,)
    return _BREAKING.sub(instead, plain).strip(), defects


def hint_of(beginning: bytes) -> str:
    """The first charset that a message declares, in its header or its parts: for header bytes without a label."""
    match = _LABEL.search(beginning)
    return match[1].decode("ascii") if match else ""


def decoded(fields: Iterable[tuple[str, str]], hint: str) -> tuple[tuple[tuple[str, str], ...], list[Defect]]:
    """All fields decoded, with what had to be guessed."""
    out: list[tuple[str, str]] = []
    defects: list[Defect] = []
    for name, value in fields:
        if value.isprintable() and "=?" not in value:
            out.append((name, value))  # as most are
            continue
        text, more = decode(name, value, hint)
        out.append((name, text))
        defects += more
    return tuple(out), defects
