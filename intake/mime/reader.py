"""The MIME tree (RFC 2045, 2046): the fast strict parser first, the lenient one of the standard library where it refuses."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.generator import BytesGenerator
from email.message import Message as StdMessage
from email.parser import BytesParser
from email.policy import compat32
from typing import Any

import fast_mail_parser

from intake.mime import charset, headers, html, params, transfer
from intake.mime.defects import Defect

MESSAGE_TYPES = frozenset({"message/rfc822", "message/global", "message/news"})
MAX_LINES = 500_000  # for the lenient parser

_FIELDS = ("content-type", "content-disposition", "content-transfer-encoding", "content-id", "content-location")


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


def read(blob: bytes) -> Node:
    """The tree of a message that `prescan.bound` has bounded."""
    try:
        return _from_fast(fast_mail_parser.parse_email_tree(blob))
    except (fast_mail_parser.ParseError, _Unsure):
        return _from_standard(BytesParser(policy=compat32).parsebytes(_bounded(blob)))


def _bounded(blob: bytes) -> bytes:
    """The lenient parser takes a microsecond for a line, however short: real mail has far fewer."""
    return b"\n".join(blob.split(b"\n", MAX_LINES)[:MAX_LINES]) if blob.count(b"\n") > MAX_LINES else blob


class _Unsure(Exception):
    """The fast parser has read it, but the words would be lost."""


def _leaf(fields: Mapping[str, str], content: bytes, default: str, *defects: Defect) -> Node:
    """A part without parts. A container that could not be opened is shown as the text it is."""
    declared, parameters = _declared(fields, default)
    if declared.startswith("multipart/"):
        declared, defects = "text/plain", (*defects, Defect.BOUNDARY_MISSING)
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
        defects=(*defects, *guesses),
    )


def _declared(fields: Mapping[str, str], default: str) -> tuple[str, dict[str, str]]:
    declared, parameters = params.split(fields.get("content-type", ""))
    return declared if declared.count("/") == 1 and " " not in declared else default, parameters


def _text(declared: str, parameters: Mapping[str, str], content: bytes) -> tuple[str, tuple[Defect, ...]]:
    if not declared.startswith(("text/", "message/")):
        return "", ()
    label = parameters.get("charset", "")
    if not label and declared == "text/html":
        label = html.declared_charset(content)
    return charset.decode(content, label)


def _encoding(fields: Mapping[str, str]) -> str:
    return params.split(fields.get("content-transfer-encoding", ""))[0]


def _from_fast(part: Any, default: str = "text/plain") -> Node:
    fields: dict[str, str] = {}
    for name, values in part.headers.items():
        if name.lower() in _FIELDS:
            fields.setdefault(name.lower(), values[0])
    if part.content_type.startswith("multipart/"):
        if not part.children:
            raise _Unsure
        return _container(fields, part.children, _from_fast)
    content, repaired = part.content or b"", False
    if "uu" in _encoding(fields):
        content, repaired = transfer.decode(content, _encoding(fields))
    return _leaf(fields, content, default, *([Defect.TRANSFER_BROKEN] if repaired else []))


def _from_standard(part: StdMessage, default: str = "text/plain") -> Node:
    fields: dict[str, str] = {}
    for name, value in part.raw_items():
        if name.lower() in _FIELDS:
            fields.setdefault(name.lower(), headers.unfold(value.encode("utf-8", "surrogateescape"))[0])
    payload: Any = part.get_payload()
    if isinstance(payload, list) and part.get_content_maintype() == "multipart":
        return _container(fields, payload, _from_standard)
    raw = _bytes_of(payload[0]) if isinstance(payload, list) else payload.encode("utf-8", "surrogateescape")
    content, repaired = transfer.decode(raw, _encoding(fields))
    return _leaf(fields, content, default, Defect.STRUCTURE_BROKEN, *([Defect.TRANSFER_BROKEN] if repaired else []))


def _container(fields: Mapping[str, str], parts: Iterable[Any], read_part: Callable[[Any, str], Node]) -> Node:
    """A multipart. What a digest does not declare is a message (RFC 2046 section 5.1.5)."""
    declared, parameters = _declared(fields, "multipart/mixed")
    inner = "message/rfc822" if declared == "multipart/digest" else "text/plain"
    children = tuple(read_part(part, inner) for part in parts)
    return Node(type=declared, params=parameters, children=children)


def _bytes_of(message: StdMessage) -> bytes:
    out = io.BytesIO()
    BytesGenerator(out, mangle_from_=False, maxheaderlen=0, policy=compat32).flatten(message)
    return out.getvalue().lstrip(b"\n")
