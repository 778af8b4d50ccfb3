"""What comes before reading: the message without what mailboxes put around it, and its size and header within limits.

Beyond a limit the bytes are cut there, never refused: the beginning is still a message, and the raw mail is whole elsewhere.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from intake.mime import headers
from intake.mime.defects import Defect

MAX_SIZE = 50 * 1024 * 1024  # bytes
MAX_HEADER_LINES = 1000  # in one header block
MAX_HEADER_BLOCK = 256 * 1024  # bytes
MAX_HEADER = 64 * 1024  # bytes

_MAILBOX_LINE = re.compile(rb">?From (?![ \t]*:)[^\n]*\n")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_FIELD_START = re.compile(rb"\n(?![ \t])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounded:
    """A message within the limits, its header block mended and parted into fields, and what was wrong with it."""

    blob: bytes
    head: int  # how long the header block is, without the empty line
    fields: list[tuple[str, str]]  # as `headers.split` reads them
    defects: tuple[Defect, ...]


def bound(blob: bytes) -> Bounded:
    """The message that all reading begins with."""
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
    short, limits = _trimmed(head)
    mended = headers.mended(short)
    if mended is not short:
        defects.append(Defect.HEADER_BROKEN)
    if mended is not head:
        blob = mended + blob[len(head) :]
        head = head_of(blob)
    return Bounded(blob=blob, head=len(head), fields=headers.split(head), defects=(*defects, *limits))


def head_of(blob: bytes) -> bytes:
    """The header block at the beginning, without the empty line."""
    return blob[: header_end(blob, 0, len(blob))]


def header_end(blob: bytes, at: int, limit: int) -> int:
    """Where the header block that begins at `at` ends: at the empty line, or at `limit`."""
    if blob[at : at + 2] == b"\r\n" or blob[at : at + 1] == b"\n":
        return at
    blank = _BLANK_LINE.search(blob, at, limit)
    return blank.start() + 1 if blank else limit


def _trimmed(head: bytes) -> tuple[bytes, tuple[Defect, ...]]:
    """A header block that is over the limits, shortened."""
    if len(head) <= MAX_HEADER and head.count(b"\n") <= MAX_HEADER_LINES:
        return head, ()
    defects: list[Defect] = []
    short = head
    lines = head.split(b"\n", MAX_HEADER_LINES)
    if len(lines) > MAX_HEADER_LINES or len(head) > MAX_HEADER_BLOCK:
        defects.append(Defect.LIMIT_HEADER_LINES if len(lines) > MAX_HEADER_LINES else Defect.LIMIT_HEADER_SIZE)
        short = b"\n".join(lines[:MAX_HEADER_LINES])[:MAX_HEADER_BLOCK]
    fields = _FIELD_START.split(short)
    if max(map(len, fields)) > MAX_HEADER:
        defects.append(Defect.LIMIT_HEADER_SIZE)
        short = b"\n".join(one[:MAX_HEADER] for one in fields)
    return short if short is head else short.rstrip(b"\r\n") + b"\n", tuple(defects)
