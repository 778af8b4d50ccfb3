"""Which recipient of an earlier mail failed, waits or was reached, and why: every robot's way of saying so.

Machine-readable reports first (RFC 3464 delivery status, RFC 5965 feedback, RFC 8098 receipts), then the field
groups and the prose of the many robots that write no `multipart/report`. RFC 3463 for the codes.
"""

from __future__ import annotations

from intake.message import Envelope, Message
from intake.reports.events import events
from intake.reports.feedback import feedback
from intake.reports.fields import carries_status, delivery_status
from intake.reports.notice import notice
from intake.reports.prose import prose
from intake.reports.receipts import receipts
from intake.reports.robot import suspected
from intake.signals import Report

NO_ENVELOPE = Envelope()
LIMIT = 200  # reports of one message: more says nothing new


def reports(message: Message, envelope: Envelope = NO_ENVELOPE) -> tuple[Report, ...]:
    """One report a recipient, in the order found; () for a message that reports nothing. Never raises.

    The envelope is one more witness: what comes from the null reverse-path is more likely a robot's.
    """
    found = feedback(message) or receipts(message)
    if not found and (suspected(message, envelope) or carries_status(message)):
        said = notice(message)
        found = delivery_status(message, said) or events(message) or prose(message, envelope, said)
    first: dict[tuple[str, str], Report] = {}
    for report in found[:LIMIT]:
        first.setdefault((report.recipient.casefold(), report.action), report)
    return tuple(first.values())


__all__ = ["reports"]
