"""winmail.dat (TNEF, MS-OXTNEF): the files and the text that Outlook wrapped up."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake.mime import filenames
from intake.mime.reader import Node

if TYPE_CHECKING:
    from tnefparse.tnef import TNEFAttachment

TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
MAX_SIZE = 20_000_000  # bytes
MAX_OBJECTS = 400

_OBJECT = struct.Struct("<BHHI")  # level, name, type, length; the data and a checksum of two bytes follow
_ATTACHMENT_LEVEL = 2
_WANTED = frozenset({0x9003, 0x800C, 0x9007})  # attMsgProps, attBody and attOemCodepage


@dataclass(frozen=True, kw_only=True, slots=True)
class Unpacked:
    """What was inside."""

    text: str
    html: str
    files: tuple[Node, ...]


def unpack(data: bytes) -> Unpacked | None:
    """The contents, or None where the wrapping cannot be read."""
    from tnefparse import TNEF  # with the first such file

    try:
        wrapped = TNEF(_essential(data), do_checksum=False)
        files = tuple(_file(one) for one in wrapped.attachments if one.data)
        return Unpacked(text=_text(wrapped.body or ""), html=_text(wrapped.htmlbody or ""), files=files)
    except Exception:  # the library raises exceptions of many kinds on damaged input
        return None


def _essential(data: bytes) -> bytes:
    """Only the objects that hold words or files: the library is slow with many objects and loops on some kinds."""
    kept, at = [data[:6]], 6
    while at + _OBJECT.size < min(len(data), MAX_SIZE) and len(kept) <= MAX_OBJECTS:
        level, name, _, length = _OBJECT.unpack_from(data, at)
        end = at + _OBJECT.size + length + 2
        if level == _ATTACHMENT_LEVEL or name in _WANTED:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _file(attachment: TNEFAttachment) -> Node:
    try:
        name = _text(attachment.long_filename())
    except UnicodeDecodeError:
        name = ""
    return Node(type=filenames.type_of(name), disposition="attachment", file_name=name, content=bytes(attachment.data))


def _text(value: bytes | str) -> str:
    text = value if isinstance(value, str) else value.decode("cp1252", "replace")
    return text.rstrip("\x00")
