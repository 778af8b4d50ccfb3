"""Messages as the parser hands them over, built by hand so that these tests need no MIME."""

from __future__ import annotations

from email.utils import getaddresses

from intake.message import Address, Envelope, Message, Part
from intake.senders.kind import NO_ENVELOPE, kind
from intake.signals import Report


def mail(text: str = "", *parts: Part, reply: str | None = None, **headers: str) -> Message:
    """A message of this text and these further leaves; header names with "_" for "-"."""
    fields = tuple((name.replace("_", "-").lower(), value) for name, value in headers.items())
    given = Message(headers=fields)
    return Message(
        subject=given.header("subject"),
        from_=_addresses(given, "from"),
        to=_addresses(given, "to"),
        reply_to=_addresses(given, "reply-to"),
        in_reply_to=tuple(given.header_all("in-reply-to")),
        message_id=given.header("message-id") or None,
        text=text,
        reply=text if reply is None else reply,
        headers=fields,
        parts=(Part(type="text/plain", text=text), *parts),
    )


def robot(text: str, *parts: Part, **headers: str) -> Message:
    """A mail from a delivery robot."""
    named = {
        "From": "Mail Delivery System <MAILER-DAEMON@mx.example.net>",
        "To": "help@harbour.example",
        "Return_Path": "<>",
        "Subject": "Undelivered Mail Returned to Sender",
    }
    return mail(text, *parts, **{**named, **headers})


def reports(message: Message, envelope: Envelope = NO_ENVELOPE) -> tuple[Report, ...]:
    """What a message reports."""
    return kind(message, envelope).reports


def status_part(text: str, depth: int = 0) -> Part:
    """A delivery-status leaf."""
    return Part(type="message/delivery-status", text=text, depth=depth)


def _addresses(given: Message, name: str) -> tuple[Address, ...]:
    return tuple(Address(name=shown, email=email) for shown, email in getaddresses(given.header_all(name)) if email)
