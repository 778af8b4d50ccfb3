"""Disposition notifications, RFC 8098 (MDN): the mail was read, or deleted unread."""

from __future__ import annotations

from intake.message import Message
from intake.reports.fields import field_groups
from intake.reports.text import addresses, bounded_lines
from intake.signals import Report

_TYPES = ("message/disposition-notification", "message/global-disposition-notification")


def is_receipt(message: Message) -> bool:
    """Whether the message carries a disposition notification."""
    return any(part.type in _TYPES and part.depth == 0 for part in message.parts)


def receipts(message: Message) -> list[Report]:
    """Who was reached. The disposition ("displayed", "deleted") is kept as the diagnostic."""
    texts = [part.text for part in message.parts if part.type in _TYPES and part.depth == 0]
    groups = [group for text in texts for group in field_groups(bounded_lines(text))]
    return [
        Report(
            recipient=found[0], action="delivered", diagnostic=group.get("disposition", "").rpartition(";")[2].strip()
        )
        for group in groups
        if (found := addresses(group.get("original-recipient", "")) or addresses(group.get("final-recipient", "")))
    ]
