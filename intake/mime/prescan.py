"""One linear walk over the raw bytes that keeps what comes after it bounded, whatever a stranger sends.

Beyond a limit the bytes are cut there, never refused: the beginning is still a message, and the raw mail is whole elsewhere.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from intake.mime import headers
from intake.mime.defects import Defect

MAX_SIZE = 50 * 1024 * 1024  # bytes
MAX_HEADER_LINES = 1000  # in one header block
MAX_HEADER_BLOCK = 256 * 1024  # bytes
MAX_HEADER = 64 * 1024  # bytes
MAX_DEPTH = 16  # containers and attached messages inside each other
MAX_PARTS = 200
MAX_LOOKALIKES = 10_000  # lines that begin as a boundary and then go on

_MAILBOX_LINE = re.compile(rb">?From [^\n]*\n")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_FIELD_START = re.compile(rb"\n(?![ \t])")
_NESTING = re.compile(rb"content-type[ \t]{0,80}:\s{0,80}(multipart|message)/([a-z0-9-]{1,40})", re.IGNORECASE)
_BOUNDARY = re.compile(rb'boundary[ \t]{0,20}=[ \t\r\n]{0,20}(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_DELIMITER_END = re.compile(rb"(--)?[ \t]{0,80}(?:\r?\n|\r?\Z)")
_MESSAGES = (b"rfc822", b"global", b"news")


@dataclass(frozen=True, slots=True)
class _Delimiter:
    """A line that ends a part: where it begins and ends, whose boundary it is, and whether it is the last."""

    start: int
    end: int
    level: int  # index in the walk's open containers
    last: bool


@dataclass(slots=True)
class _Container:
    """An open multipart: its boundary line, its depth, and where that line is found next (None: not looked up yet)."""

    line: bytes
    depth: int
    next: int | None = None


@dataclass(slots=True)
class _Walk:
    """Where the walk stands, and what it has found."""

    blob: bytes
    at: int = 0
    depth: int = 0
    parts: int = 0
    lookalikes: int = 0
    open: list[_Container] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)  # everything before `copied`, once something was trimmed
    copied: int = 0
    defects: list[Defect] = field(default_factory=list)


def bound(blob: bytes) -> tuple[bytes, tuple[Defect, ...]]:
    """The message within the limits, without what mailboxes put before it, and which limits were passed."""
    defects: list[Defect] = []
    if len(blob) > MAX_SIZE:
        blob = blob[:MAX_SIZE]
        defects.append(Defect.LIMIT_SIZE)
    blob = blob.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
    mailbox_line = _MAILBOX_LINE.match(blob)
    blob = blob[mailbox_line.end() :] if mailbox_line else blob
    if b"\n" not in blob[:4096] and b"\r" in blob[:4096]:
        blob = blob.replace(b"\r", b"\n")
    head = head_of(blob)
    if len(head) <= MAX_HEADER_BLOCK and (mended := headers.mended(head)) is not head:
        blob = mended + blob[len(head) :]
        defects.append(Defect.HEADER_BROKEN)
    walk = _Walk(blob)
    while _header_block(walk):
        pass
    whole = b"".join(walk.kept) + walk.blob[walk.copied :] if walk.kept else walk.blob
    return whole, tuple(dict.fromkeys(defects + walk.defects))


def head_of(blob: bytes) -> bytes:
    """The header block at the beginning, without the empty line."""
    return blob[: _header_end(blob, 0, len(blob))]


def _header_end(blob: bytes, at: int, limit: int) -> int:
    """Where the header block that begins at `at` ends: at the empty line, or at `limit`."""
    if blob[at : at + 2] == b"\r\n" or blob[at : at + 1] == b"\n":
        return at
    blank = _BLANK_LINE.search(blob, at, limit)
    return blank.start() + 1 if blank else limit


def _header_block(walk: _Walk) -> bool:
    """Read the header block the walk stands at and move to the next one. False at the end, or where a limit cuts."""
    delimiter = _next_delimiter(walk)
    start = walk.at
    walk.at = end = _header_end(walk.blob, start, delimiter.start + 1 if delimiter else len(walk.blob))
    head = walk.blob[start:end]
    _trim(walk, head, end)
    declared = (b"\n" + head.lower()).find(b"\ncontent-type")
    nesting = _NESTING.match(head, declared) if declared >= 0 else None
    if nesting is None:
        return _next_part(walk, delimiter)
    boundary = _BOUNDARY.search(head, nesting.end())
    message = nesting[1].lower() == b"message" and nesting[2].lower() in _MESSAGES
    if not message and not boundary:
        return _next_part(walk, delimiter)
    walk.depth += 1
    if walk.depth > MAX_DEPTH:
        return _cut(walk, start, Defect.LIMIT_DEPTH)
    if boundary and not message:
        walk.open.append(_Container(b"\n--" + (boundary[1] or boundary[2]), walk.depth))
        return _next_part(walk, _next_delimiter(walk))
    if delimiter is None or delimiter.start > end:
        walk.at = walk.blob.find(b"\n", end) + 1
        return 0 < walk.at < len(walk.blob)
    return _next_part(walk, delimiter)


def _next_part(walk: _Walk, delimiter: _Delimiter | None) -> bool:
    """Stand behind the next delimiter that begins a part."""
    while delimiter is not None:
        del walk.open[delimiter.level + 1 :]
        walk.depth = walk.open[-1].depth
        walk.at = delimiter.end
        if not delimiter.last:
            walk.parts += 1
            return walk.parts <= MAX_PARTS or _cut(walk, delimiter.start, Defect.LIMIT_PARTS)
        walk.open.pop()
        delimiter = _next_delimiter(walk)
    return False


def _next_delimiter(walk: _Walk) -> _Delimiter | None:
    """The nearest delimiter of any open container. Each looks ahead once, so that the walk stays linear."""
    nearest: _Delimiter | None = None
    for level, container in enumerate(walk.open):
        found = _find(walk, container)
        if found is not None and (nearest is None or found.start() - len(container.line) <= nearest.start):
            start = found.start() - len(container.line)
            nearest = _Delimiter(start, found.end(), level, bool(found[1]))
    return nearest


def _find(walk: _Walk, container: _Container) -> re.Match[bytes] | None:
    """The end of the container's next boundary line that is nothing but that."""
    begin = max(walk.at - 1, 0)
    at = (
        container.next
        if container.next is not None and not 0 <= container.next < begin
        else walk.blob.find(container.line, begin)
    )
    while at >= 0:
        container.next = at
        match = _DELIMITER_END.match(walk.blob, at + len(container.line))
        if match is not None:
            return match
        walk.lookalikes += 1
        at = walk.blob.find(container.line, at + 1) if walk.lookalikes < MAX_LOOKALIKES else -1
    container.next = -1
    return None


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
