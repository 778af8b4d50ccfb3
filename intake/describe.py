"""What we understand of a message, as the JSON object that `parse` and `explain` print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from intake.message import Address, Attachment, Forwarded, Message
from intake.mime.html import safe
from intake.signals import Origin, Report


def describe(
    message: Message, *, origin: Origin = Origin.HUMAN, reports: Sequence[Report] = (), refusal: str | None = None
) -> dict[str, Any]:
    """The keys of the contract, in its order. `refusal` is the slug of why no automatic answer is allowed."""
    return {
        "message_id": message.message_id,
        "in_reply_to": list(message.in_reply_to),
        "references": list(message.references),
        "subject": message.subject,
        "from": _people(message.from_),
        "to": _people(message.to),
        "cc": _people(message.cc),
        "reply_to": _people(message.reply_to),
        "sent_at": message.sent_at.isoformat() if message.sent_at else None,
        "text": message.text,
        "html": safe(message),
        "reply": message.reply,
        "signature": message.signature,
        "quoted": message.quoted,
        "forwarded": _forwarded(message.forwarded),
        "attachments": [_attachment(one) for one in message.attachments],
        "origin": origin.value,
        "auto_reply_allowed": refusal is None,
        "auto_reply_reason": refusal,
        "reports": [asdict(report) for report in reports],
        "defects": list(message.defects),
    }


def _people(addresses: Sequence[Address]) -> list[dict[str, str]]:
    return [{"name": one.name, "email": _readable(one.email)} for one in addresses]


def _readable(email: str) -> str:
    """An internationalised domain as its owner writes it, where it can be (RFC 5891)."""
    local, at, domain = email.rpartition("@")
    if "xn--" not in domain.lower() or len(domain) > 253:
        return email
    try:
        return f"{local}{at}{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return email


def _forwarded(passed_on: Forwarded | None) -> dict[str, str] | None:
    if passed_on is None:
        return None
    return {
        "from": passed_on.from_,
        "to": passed_on.to,
        "subject": passed_on.subject,
        "date": passed_on.date,
        "text": passed_on.text,
    }


def _attachment(one: Attachment) -> dict[str, Any]:
    return {"name": one.name, "type": one.type, "size": one.size, "sha256": one.sha256, "inline": one.inline}
