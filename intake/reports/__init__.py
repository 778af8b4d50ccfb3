"""Which recipient of an earlier mail failed, waits or was reached, and why: every robot's way of saying so.

Machine-readable reports first (RFC 3464 delivery status, RFC 5965 feedback, RFC 8098 receipts), then the field
groups and the prose of the many robots that write no `multipart/report`. RFC 3463 for the codes.
"""

from __future__ import annotations

from intake.message import Message
from intake.reports.events import events
from intake.reports.feedback import feedback
from intake.reports.fields import delivery_status
from intake.reports.prose import prose
from intake.reports.receipts import receipts
from intake.reports.robot import Robot
from intake.signals import Report

LIMIT = 200  # reports of one message: more says nothing new


def reports(message: Message, robot: Robot | None) -> tuple[Report, ...]:
    """One report a recipient, in the order found; () for a message that reports nothing. Never raises."""
    found = feedback(message) or receipts(message)
    if robot and not found:
        found = delivery_status(message, robot.said) or events(message) or prose(message, robot)
    first: dict[tuple[str, str], Report] = {}
    for report in found[:LIMIT]:
        first.setdefault((report.recipient.casefold(), report.action), report)
    return tuple(first.values())


__all__ = ["reports"]
