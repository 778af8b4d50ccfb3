"""One linear walk over the raw bytes that keeps what comes after it bounded, whatever a stranger sends.

Beyond a limit the bytes are cut there, never refused: the beginning is still a message, and the raw mail is whole elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from intake.mime.defects import Defect

MAX_SIZE = 50 * 1024 * 1024  # bytes
MAX_HEADER_LINES = 1000  # in one header block
MAX_HEADER_BLOCK = 256 * 1024  # bytes
MAX_HEADER = 64 * 1024  # bytes
MAX_DEPTH = 16  # containers and attached messages inside each other
MAX_PARTS = 200

_JUNK = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n)*(?:>?From [^\n]*\n)?")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_FIELD_START = re.compile(rb"\n(?![ \t])")
_NESTING = re.compile(rb"(?:^|\n)content-type[ \t]*:\s{0,80}(multipart|message)/([a-z0-9-]{1,40})", re.IGNORECASE)
_BOUNDARY = re.compile(rb'boundary[ \t]{0,20}=[ \t\r\n]{0,20}(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_MESSAGES = (b"rfc822", b"global", b"news")


@dataclass(slots=True)
class _Walk:
    """Where the walk stands: which boundaries are open, and at which depth each was opened."""

    blob: bytes
    at: int = 0
    depth: int = 0
    parts: int = 0
    open: list[tuple[bytes, int]] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)  # everything before `copied`, once something was trimmed
    copied: int = 0
    defects: list[Defect] = field(default_factory=list)


def bound(blob: bytes) -> tuple[bytes, tuple[Defect, ...]]:
    """The message within the limits, without what mailboxes put before it, and which limits were passed."""
    defects: list[Defect] = []
    if len(blob) > MAX_SIZE:
        blob = blob[:MAX_SIZE]
        defects.append(Defect.LIMIT_SIZE)
    junk = _JUNK.match(blob)
    blob = blob[junk.end() if junk else 0 :]
    if b"\n" not in blob[:4096] and b"\r" in blob[:4096]:
        blob = blob.replace(b"\r", b"\n")
    walk = _Walk(blob)
    while _header_block(walk):
        pass
    whole = b"".join(walk.kept) + walk.blob[walk.copied :] if walk.kept else walk.blob
    return whole, tuple(dict.fromkeys(defects + walk.defects))


def head_of(blob: bytes) -> bytes:
    """The header block at the beginning, without the empty line."""
    return blob[: _header_end(blob, 0)]


def _header_end(blob: bytes, at: int) -> int:
    if blob[at : at + 2] == b"\r\n" or blob[at : at + 1] == b"\n":
        return at
    blank = _BLANK_LINE.search(blob, at)
    return blank.start() + 1 if blank else len(blob)


def _header_block(walk: _Walk) -> bool:
    """Read the header block the walk stands at and move to the next one. False at the end, or where a limit cuts."""
    delimiter = _next_delimiter(walk, walk.at)
    end = _header_end(walk.blob, walk.at)
    if delimiter is not None:
        end = min(end, delimiter.start() + 1)
    head = walk.blob[walk.at : end]
    _trim(walk, head, end)
    nesting = _NESTING.search(head)
    start, walk.at = walk.at, end
    if nesting is not None:
        boundary = _BOUNDARY.search(head, nesting.end())
        inside = nesting[1].lower() == b"message" and nesting[2].lower() in _MESSAGES
        if inside or boundary:
            walk.depth += 1
            if walk.depth > MAX_DEPTH:
                return _cut(walk, start, Defect.LIMIT_DEPTH)
        if boundary and not inside:
            walk.open.append((boundary[1] or boundary[2], walk.depth))
            delimiter = _next_delimiter(walk, end)
        elif inside and (delimiter is None or delimiter.start() > end):
            walk.at = _after_blank_line(walk.blob, end)
            return walk.at < len(walk.blob)
    return _next_part(walk, delimiter)


def _next_part(walk: _Walk, delimiter: re.Match[bytes] | None) -> bool:
    """Stand behind the next delimiter that begins a part."""
    while delimiter is not None:
        name = delimiter[1]
        while walk.open[-1][0] != name:
            walk.open.pop()
        walk.depth = walk.open[-1][1]
        walk.at = delimiter.end()
        if not delimiter[2]:
            walk.parts += 1
            return walk.parts <= MAX_PARTS or _cut(walk, delimiter.start(), Defect.LIMIT_PARTS)
        walk.open.pop()
        delimiter = _next_delimiter(walk, walk.at)
    return False


def _next_delimiter(walk: _Walk, at: int) -> re.Match[bytes] | None:
    if not walk.open:
        return None
    names = b"|".join(re.escape(name) for name, _ in reversed(walk.open))
    return re.compile(rb"\n--(" + names + rb")(--)?[ \t]*(?=\r?\n|\r?\Z)").search(walk.blob, max(at - 1, 0))


def _after_blank_line(blob: bytes, at: int) -> int:
    newline = blob.find(b"\n", at)
    return newline + 1 if newline >= 0 else len(blob)


def _cut(walk: _Walk, at: int, defect: Defect) -> bool:
    walk.defects.append(defect)
    walk.blob = walk.blob[:at]
    return False


def _trim(walk: _Walk, head: bytes, end: int) -> None:
    """Shorten a header block that is over the limits. What follows it stays as it is."""
    if len(head) <= MAX_HEADER and head.count(b"\n") <= MAX_HEADER_LINES:
        return
    short = head
    lines = head.split(b"\n", MAX_HEADER_LINES)
    if len(lines) > MAX_HEADER_LINES or len(head) > MAX_HEADER_BLOCK:
        walk.defects.append(Defect.LIMIT_HEADER_LINES if len(lines) > MAX_HEADER_LINES else Defect.LIMIT_HEADER_SIZE)
        short = b"\n".join(lines[:MAX_HEADER_LINES])[:MAX_HEADER_BLOCK]
    fields = _FIELD_START.split(short)
    if max(map(len, fields)) > MAX_HEADER:
        walk.defects.append(Defect.LIMIT_HEADER_SIZE)
        short = b"\n".join(one[:MAX_HEADER] for one in fields)
    if short is not head:
        walk.kept += [walk.blob[walk.copied : end - len(head)], short.rstrip(b"\r\n"), b"\n"]
        walk.copied = end
