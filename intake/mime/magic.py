"""What kind of file the first bytes show: a picture that is a program is not passed on as a picture.

A table of our own, of the files that people send: the libraries look further in and unpack archives to name them. Nothing is
unpacked here.
"""

from __future__ import annotations

import re

_MARKS: tuple[tuple[str, bytes], ...] = (
    ("application/pdf", rb"%PDF-"),
    ("image/jpeg", rb"\xff\xd8\xff"),
    ("image/png", rb"\x89PNG\r\n\x1a\n"),
    ("image/gif", rb"GIF8[79]a"),
    ("image/webp", rb"RIFF....WEBP"),
    ("image/heic", rb"....ftyp(?:hei[cmsx]|hev[cmx]|mif1|msf1)"),
    ("image/tiff", rb"II\*\x00|MM\x00\*"),
    ("image/bmp", rb"BM....\x00\x00\x00\x00"),
    ("video/mp4", rb"....ftyp"),
    ("audio/wav", rb"RIFF....WAVE"),
    ("audio/ogg", rb"OggS"),
    ("application/zip", rb"PK(?:\x03\x04|\x05\x06)"),
    ("application/x-7z-compressed", rb"7z\xbc\xaf\x27\x1c"),
    ("application/vnd.rar", rb"Rar!\x1a\x07"),
    ("application/gzip", rb"\x1f\x8b"),
    ("application/x-ole-storage", rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("application/x-executable", rb"\x7fELF|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe"),
    ("application/vnd.microsoft.portable-executable", rb"MZ"),
    ("application/x-ms-shortcut", rb"L\x00\x00\x00\x01\x14\x02\x00"),
    ("text/html", rb"(?i:\xef?\xbb?\xbf?\s{0,100}<(?:!doctype html|html|head|body|script|iframe|svg))"),
)
_KINDS = tuple((kind, re.compile(mark, re.DOTALL)) for kind, mark in _MARKS)
_PROGRAMS = frozenset({"application/x-executable", "application/vnd.microsoft.portable-executable"})
_PROGRAMS |= {"application/x-ms-shortcut"}
# Without their mark these are something else. Pages and films begin in more ways than the table has.
_CERTAIN = frozenset(kind for kind, _ in _KINDS) - {"text/html", "video/mp4", "audio/wav"} - _PROGRAMS
_UNKNOWN = "application/octet-stream"


def seen(content: bytes) -> str:
    """The media type that a file's first bytes show, "" where they show none."""
    return next((kind for kind, mark in _KINDS if mark.match(content)), "")


def borne_out(declared: str, content: bytes) -> bool:
    """Whether a file may be what its sender declares."""
    found = seen(content)
    if declared == _UNKNOWN:
        return True
    if declared in _CERTAIN or found in _PROGRAMS:
        return found == declared
    kind = declared.partition("/")[0]
    return not found or kind in ("application", found.partition("/")[0])


def safe(declared: str, content: bytes) -> str:
    """The type under which a file may be passed on: as declared, or nothing that a program would open by itself."""
    return declared if borne_out(declared, content) else _UNKNOWN
