"""The MIME tree (RFC 2045, 2046), read in one way only: what is bounded, counted and shown is the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from intake.mime import charset, headers, html, params, prescan, transfer
from intake.mime.boundaries import Boundaries, Delimiter
from intake.mime.defects import Defect

MESSAGE_TYPES = frozenset({"message/rfc822", "message/global", "message/news"})
MAX_DEPTH = 16  # containers inside each other; and, of attached messages, inside each other
MAX_PARTS = 200
MAX_TEXT = 5_000_000  # bytes of a part that are read as text; as a file it stays whole

_PLAINEST = {"text": "text/plain", "multipart": "multipart/mixed"}
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,80}<(?:!doctype html|html)[\s>]", re.IGNORECASE)
_TELLING = frozenset(
    {"content-type", "content-disposition", "content-transfer-encoding", "content-id", "content-location"}
)


# The fields that matter here, the words that begin among them where an empty line is missing, and where the body begins.
_Head: TypeAlias = tuple[dict[str, str], bytes, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A part. Containers have children and no content; an attached message has content, and is not descended."""

    type: str
    params: Mapping[str, str] = field(default_factory=dict)
    disposition: str = ""
    file_name: str = ""  # as declared, decoded, not yet safe
    content_id: str = ""
    location: str = ""
    content: bytes = b""
    text: str = ""  # decoded, of text/* and message/*
    children: tuple[Node, ...] = ()
    defects: tuple[Defect, ...] = ()


def read(message: prescan.Bounded) -> Node:
    """The tree of a message. What is wrong with its structure is in the root's defects."""
    reading = _Reading(message.blob)
    root, _ = reading.whole(message)
    return replace(root, defects=(*root.defects, *reading.defects)) if reading.defects else root


class _Reading:
    """One message being read, from its first byte to its last."""

    def __init__(self, blob: bytes) -> None:
        self.blob = blob
        self.boundaries: Boundaries | None = None  # looked for only where something is parted
        self.parts = 0
        self.defects: list[Defect] = []

    def whole(self, message: prescan.Bounded) -> tuple[Node, Delimiter | None]:
        """All of it, whose header is mended and parted already."""
        head = _fields(message.fields), b"", self._body(message.head, len(self.blob))
        return self._opened(head, None, "text/plain", ())

    def part(self, start: int, default: str, open_: tuple[bytes, ...]) -> tuple[Node, Delimiter | None]:
        """The part that begins at `start`, and the delimiter behind it."""
        delimiter = self._next(start, open_)
        head = self._head(start, delimiter.start if delimiter else len(self.blob))
        return self._opened(head, delimiter, default, open_)

    def _opened(
        self, head: _Head, delimiter: Delimiter | None, default: str, open_: tuple[bytes, ...]
    ) -> tuple[Node, Delimiter | None]:
        fields, words, body = head
        limit = delimiter.start if delimiter else len(self.blob)
        declared, parameters = _declared(fields, default)
        if declared.startswith("multipart/") and len(open_) == MAX_DEPTH:
            self.defects.append(Defect.LIMIT_DEPTH)
        elif declared.startswith("multipart/"):
            boundary = self._boundary(parameters, open_, body, limit)
            if boundary:
                children, delimiter = self._children(declared, (*open_, boundary), body)
                return Node(type=declared, params=parameters, children=children), delimiter
        content = words + self.blob[body : _before(self.blob, delimiter.start) if delimiter else limit]
        return _leaf(fields, declared, parameters, content), delimiter

    def _next(self, at: int, open_: tuple[bytes, ...]) -> Delimiter | None:
        return self.boundaries.next(at, open_) if self.boundaries else None

    def _head(self, start: int, limit: int) -> _Head:
        end = prescan.header_end(self.blob, start, limit)
        head, words = headers.parted(self.blob[start : min(end, start + prescan.MAX_HEADER_BLOCK)])
        return _fields(headers.split(head)), words, self._body(end, limit)

    def _body(self, end: int, limit: int) -> int:
        """Where the body begins, behind the empty line at `end`."""
        return limit if end == limit else min(self.blob.find(b"\n", end) + 1, limit)

    def _boundary(self, parameters: Mapping[str, str], open_: tuple[bytes, ...], body: int, limit: int) -> bytes:
        """The declared boundary where it occurs, else one that plainly parts the body, else b""."""
        self.boundaries = self.boundaries or Boundaries.of(self.blob)
        declared = parameters.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
        found = self._next(body, (*open_, declared)) if declared else None
        if found and found.level == len(open_) and not found.last:
            return declared
        guessed = self.boundaries.guess(body, limit)
        self.defects += [Defect.STRUCTURE_BROKEN] if guessed else []
        return guessed

    def _children(
        self, declared: str, open_: tuple[bytes, ...], body: int
    ) -> tuple[tuple[Node, ...], Delimiter | None]:
        """The parts of a container. What a digest does not declare is a message (RFC 2046 section 5.1.5)."""
        default = "message/rfc822" if declared == "multipart/digest" else "text/plain"
        children: list[Node] = []
        delimiter = self._next(body, open_)
        while delimiter and delimiter.level == len(open_) - 1 and not delimiter.last:
            if self.parts == MAX_PARTS:
                self.defects.append(Defect.LIMIT_PARTS)
                return tuple(children), None
            self.parts += 1
            child, delimiter = self.part(delimiter.end, default, open_)
            children.append(child)
        if delimiter and delimiter.level == len(open_) - 1:
            return tuple(children), self._next(delimiter.end, open_[:-1])
        self.defects.append(Defect.STRUCTURE_BROKEN)
        return tuple(children), delimiter


def _before(blob: bytes, at: int) -> int:
    """Where the content ends before a delimiter: the line break between them belongs to the delimiter."""
    return at - (2 if blob[at - 2 : at - 1] == b"\r" else 1)


def _fields(raw: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Those that tell what a part is. Of two that disagree the last counts: what is nearer to the words loses fewer."""
    return {name: headers.unfold(value)[0] for name, value in raw if name in _TELLING and value}


def _declared(fields: Mapping[str, str], default: str) -> tuple[str, dict[str, str]]:
    """The type, and its parameters. Without a subtype it means the plainest of its kind; nonsense means the default."""
    declared, parameters = params.split(fields.get("content-type", ""))
    declared = _PLAINEST.get(declared.rstrip("/"), declared)
    return declared if declared.count("/") == 1 and " " not in declared else default, parameters


def _leaf(fields: Mapping[str, str], declared: str, parameters: Mapping[str, str], content: bytes) -> Node:
    """A part without parts. A container that could not be opened is shown as the text it is."""
    defects: tuple[Defect, ...] = ()
    if declared.startswith("multipart/"):
        declared, defects = "text/plain", (Defect.BOUNDARY_MISSING,)
    content, repaired = transfer.decode(content, params.split(fields.get("content-transfer-encoding", ""))[0])
    if declared == "text/plain" and _PAGE.match(content):
        declared = "text/html"  # programs that forget to say so; nobody types a page
    text, guesses = _text(declared, parameters, content)
    disposition, named = params.split(fields.get("content-disposition", ""))
    return Node(
        type=declared,
        params=parameters,
        disposition=disposition,
        file_name=named.get("filename")
        or named.get("name")
        or parameters.get("name")
        or parameters.get("filename")
        or "",
        content_id=fields.get("content-id", "").strip("<> \t"),
        location=fields.get("content-location", ""),
        content=content,
        text=text,
        defects=(*defects, *([Defect.TRANSFER_BROKEN] if repaired else []), *guesses),
    )


def _text(declared: str, parameters: Mapping[str, str], content: bytes) -> tuple[str, tuple[Defect, ...]]:
    if not declared.startswith(("text/", "message/")):
        return "", ()
    label = parameters.get("charset", "")
    if not label and declared == "text/html":
        label = html.declared_charset(content)
    cut = len(content)
    if cut > MAX_TEXT:
        cut = content.rfind(b"\n", 0, MAX_TEXT) + 1 or MAX_TEXT
    text, guesses = charset.decode(content[:cut], label)
    return text, (*guesses, Defect.LIMIT_TEXT) if cut < len(content) else guesses
