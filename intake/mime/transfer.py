"""Content-Transfer-Encoding undone leniently (RFC 2045 section 6, and uuencode, which old programs declare there)."""

from __future__ import annotations

import binascii
import re

_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{0,200})\r?\n", re.MULTILINE)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def decode(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """The decoded bytes, and whether they had to be repaired. An encoding nobody knows means: as it stands."""
    if encoding == "base64":
        return _base64(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data), False
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return uu(data)
    return data, False


def _base64(data: bytes) -> tuple[bytes, bool]:
    try:
        return binascii.a2b_base64(data.translate(None, b"\r\n\t "), strict_mode=True), False
    except binascii.Error:
        pieces = [piece for piece in re.split(rb"=+", data) if piece.strip()]
        return b"".join(_base64_piece(piece) for piece in pieces), True


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
