"""A mail put together: header fields, words, files and leaves become a `Message` (RFC 5322, RFC 2045)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from intake.message import Message, Part
from intake.mime import attachments, body, html, layout, prescan, reader
from intake.mime.defects import Defect
from intake.mime.head import Head
from intake.mime.reader import MESSAGE_TYPES, Node
from intake.words import told


def read(blob: bytes) -> Message:
    """What a mail says, and whose words they are."""
    message = prescan.bound(blob)
    head = Head.of(message)
    root = reader.read(message)
    laid, unpacked = body.unwrapped(layout.of(root))
    written = body.written(laid.bodies)
    files = attachments.of(laid.files, written.html or "")
    page, cut = html.bounded(written.html or "")
    page = page if written.html is not None else None
    parts, unread = _parts(root)
    return Message(
        message_id=head.message_id,
        in_reply_to=head.ids("in-reply-to"),
        references=head.ids("references"),
        subject=head.first("subject"),
        from_=head.addresses("from"),
        to=head.addresses("to"),
        cc=head.addresses("cc"),
        reply_to=head.addresses("reply-to"),
        sent_at=head.date,
        text=written.text,
        page=page,
        attachments=files,
        headers=head.fields,
        parts=parts,
        defects=_slugs(
            [*message.defects, *head.defects, *unpacked, *cut, *layout.marks(root), *_repairs(root), *unread]
        ),
        **told(written.text, page, head.first("subject")),
    )


def _slugs(defects: list[Defect]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(defect.value for defect in defects))


def _repairs(root: Node) -> Iterator[Defect]:
    for node in (root, *layout.leaves(root)):
        yield from node.defects


def _parts(root: Node) -> tuple[tuple[Part, ...], tuple[Defect, ...]]:
    """The leaves, also of attached messages, and the limits beyond which some were left out."""
    parts = tuple(islice(_leaves(root, 0), reader.MAX_PARTS + 1))
    deeper = any(part.type in MESSAGE_TYPES and part.depth == reader.MAX_DEPTH for part in parts)
    defects = [Defect.LIMIT_DEPTH] * deeper + [Defect.LIMIT_PARTS] * (len(parts) > reader.MAX_PARTS)
    return parts[: reader.MAX_PARTS], tuple(defects)


def _leaves(root: Node, depth: int) -> Iterator[Part]:
    """The leaves in order; an attached message is followed by its own, one deeper."""
    for leaf in layout.leaves(root):
        yield Part(type=leaf.type, params=leaf.params, text=leaf.text, depth=depth)
        if leaf.type in MESSAGE_TYPES and depth < reader.MAX_DEPTH:
            yield from _leaves(reader.read(prescan.bound(leaf.content)), depth + 1)
