"""Content-Transfer-Encoding undone leniently (RFC 2045 section 6, and uuencode, which old programs declare there)."""

from __future__ import annotations

import binascii
import re

import pybase64

_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{0,200})\r?\n", re.MULTILINE)
_SAMPLE = 2_000  # bytes
_LONGEST_WORD = 16  # bytes: words of prose are shorter than that on average
_PADDED_BREAK = re.compile(rb"=[ \t]{1,80}\r?\n")
_BASE64_FOOTER = re.compile(rb"\n[-_]{2}")  # list software writes below what it does not understand
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def decode(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """The decoded bytes, and whether they had to be repaired. An encoding nobody knows means: as it stands."""
    name = "".join(filter(str.isalnum, encoding))  # "quoted/printable", "base-64,"
    if name == "base64":
        return (data, True) if _is_prose(data) else _base64(data)
    if name == "quotedprintable":
        return _quoted(data)
    if name in ("xuuencode", "uuencode", "xuue", "uue"):
        return uu(data)
    return data, False


def _is_prose(data: bytes) -> bool:
    """Words in clear that somebody labelled base64: it would decode them to rubbish. Base64 has no spaces but by accident."""
    sample = _BASE64_FOOTER.split(data[:_SAMPLE], maxsplit=1)[0].strip()
    return sample.count(b" ") * _LONGEST_WORD > len(sample)


def _quoted(data: bytes) -> tuple[bytes, bool]:
    """Quoted-printable. White space behind a soft line break was added on the way (RFC 2045 section 6.7, rule 3)."""
    return binascii.a2b_qp(_PADDED_BREAK.sub(b"=\n", data)), False


def _base64(data: bytes) -> tuple[bytes, bool]:
    try:
        return pybase64.b64decode(data, ignorechars=b"\r\n\t "), False
    except binascii.Error:
        pass
    first, *more = re.split(rb"=+", _BASE64_FOOTER.split(data, maxsplit=1)[0])
    whole = [piece for piece in more if piece.strip() and not _NOT_BASE64.search(piece.translate(None, b"\r\n"))]
    return b"".join(map(_base64_piece, [first, *whole])), True


def _base64_piece(piece: bytes) -> bytes:
    """One run without padding. What does not belong is left out, as is a last lone sixth of a byte."""
    digits = _NOT_BASE64.sub(b"", piece)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def uu(data: bytes) -> tuple[bytes, bool]:
    """A uuencoded body. Lines that do not decode are left out."""
    begin = _UU_BEGIN.search(data)
    if begin is None:
        return data, True
    out, broken = [], False
    for line in data[begin.end() :].splitlines():
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            broken = True
    return b"".join(out), broken
