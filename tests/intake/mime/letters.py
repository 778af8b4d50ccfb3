"""Mail for the tests, put together from lines."""

from __future__ import annotations

from datetime import UTC, datetime

from intake.message import MediaType, Message, RawMessage
from intake.parse import parse

HEAD = "From: Ann <ann@home.example>\r\nTo: help@harbour.example\r\nSubject: Plates\r\n"


def raw(blob: bytes, media_type: MediaType = "message/rfc822") -> RawMessage:
    """As a channel would deliver it."""
    return RawMessage(
        channel="file",
        account="tests",
        source_id="1",
        blob=blob,
        media_type=media_type,
        received_at=datetime(2026, 1, 13, tzinfo=UTC),
    )


def mail(body: str | bytes = "", *headers: str) -> bytes:
    """A message with a usual head, more header lines, and a body."""
    head = HEAD + "".join(f"{line}\r\n" for line in headers)
    content = body if isinstance(body, bytes) else body.replace("\n", "\r\n").encode()
    return head.encode() + b"\r\n" + content


def parts(kind: str, *bodies: str) -> bytes:
    """A multipart of parts, each written with its own header lines, an empty line and its content."""
    text = "".join(f"--frontier\n{body}\n" for body in bodies) + "--frontier--\n"
    return mail(text, f'Content-Type: multipart/{kind}; boundary="frontier"')


def read(blob: bytes, media_type: MediaType = "message/rfc822") -> Message:
    return parse(raw(blob, media_type))
