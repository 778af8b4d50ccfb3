"""The files of a message, as a person would count them; images that the HTML shows are told apart (RFC 2392)."""

from __future__ import annotations

import re
from urllib.parse import unquote

from intake.message import Attachment
from intake.mime import filenames, headers, prescan
from intake.mime.layout import REPORT_TYPES
from intake.mime.reader import MESSAGE_TYPES, Node

_CID = re.compile(r"cid:([^\s\"'<>)]{1,300})", re.IGNORECASE)


def of(files: tuple[Node, ...], html: str) -> tuple[Attachment, ...]:
    """One attachment for each file. Reports for machines are read elsewhere and are no files to a person."""
    named = any(node.content_id for node in files)
    shown = {unquote(one).lower() for one in _CID.findall(html)} if named else set()
    wanted = [node for node in files if node.type not in REPORT_TYPES or node.file_name]
    return tuple(_attachment(node, number, shown) for number, node in enumerate(wanted, 1))


def _attachment(node: Node, number: int, shown: set[str]) -> Attachment:
    return Attachment(
        name=filenames.safe(_claimed(node), node.type, number),
        type=node.type,
        size=len(node.content),
        inline=_is_inline(node, shown),
        content_id=node.content_id,
        content=node.content,
    )


def _claimed(node: Node) -> str:
    if node.file_name:
        return node.file_name
    if node.type in MESSAGE_TYPES:
        subject = subject_of(node.content)
        return f"{subject[:100].replace('/', '-')}.eml" if subject else ""
    return node.location


def subject_of(message: bytes) -> str:
    """The subject of an attached message."""
    fields = headers.split(prescan.head_of(message[: prescan.MAX_HEADER]))
    return next((headers.decode(name, value)[0] for name, value in fields if name == "subject"), "")


def _is_inline(node: Node, shown: set[str]) -> bool:
    if node.content_id.lower() in shown and node.content_id:
        return True
    return node.disposition == "inline" and bool(node.content_id) and node.type.startswith("image/")
