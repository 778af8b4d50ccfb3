"""Feedback reports, RFC 5965 (ARF): somebody pressed "this is spam"."""

from __future__ import annotations

from intake.message import Message, Part
from intake.reports.fields import Group, field_groups
from intake.reports.text import addresses, bounded_lines
from intake.signals import Report

_JUNK_REPORTING = "x-hmxmroriginalrecipient"
_RECIPIENTS = ("original-rcpt-to", "removal-recipient", _JUNK_REPORTING)


_TYPES = ("message/feedback-report",)
_CARRIERS = ("message/rfc822", "text/rfc822-headers")


def is_feedback(message: Message) -> bool:
    """Whether the message carries a feedback report, or a mail that Outlook.com's junk reporting has marked."""
    return bool(_groups(message))


def _groups(message: Message) -> list[Group]:
    stated = [group for part in message.parts if part.type in _TYPES and part.depth == 0 for group in _fields(part)]
    carried = [
        group for part in message.parts if part.type in _CARRIERS and part.depth == 0 for group in _fields(part)[:1]
    ]
    return stated or [group for group in carried if _JUNK_REPORTING in group]


def _fields(part: Part) -> list[Group]:
    return list(field_groups(bounded_lines(part.text)))


def feedback(message: Message) -> list[Report]:
    """Whom the feedback is about: no delivery failed, so there is neither action nor status."""
    groups = _groups(message)
    found = [addresses(group.get(name, "")) for name in _RECIPIENTS for group in groups]
    kind = next((group["feedback-type"] for group in groups if "feedback-type" in group), "")
    return [Report(recipient=names[0], diagnostic=kind) for names in found if names]
