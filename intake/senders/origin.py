"""What kind of sender made a message: a person, a machine, and which machine. All evidence together, strongest first.

RFC 3834 (automatic responses), RFC 3464 (delivery status), RFC 5965 (feedback), RFC 8098 (receipts), RFC 2369 (lists).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from intake.message import Envelope, Message
from intake.reports.feedback import is_feedback
from intake.reports.notice import notice
from intake.reports.receipts import is_receipt
from intake.reports.robot import CERTAIN, answers, declared_report, delivery_robot, only_late, suspected
from intake.senders import automatic
from intake.senders.phrases import AWAY, CHALLENGE, CONFIRM_FIRST, away_label, away_subject
from intake.senders.phrasing import contains, folded
from intake.signals import Origin, Report

_OPENING = 4_000  # characters: robots say their errand at once


@dataclass(frozen=True, kw_only=True, slots=True)
class _Evidence:
    message: Message
    envelope: Envelope
    actions: frozenset[str]
    diagnostics: str  # of what failed, case-folded
    robot: bool  # a delivery robot speaks
    machine: bool  # a machine wrote it, whichever
    weak: int  # marks that prove nothing alone

    @property
    def opening(self) -> str:
        """The first words of the text, folded: most mail gives no reason to look at them."""
        return folded(self.message.text[:_OPENING])


def classify(message: Message, envelope: Envelope, reports: tuple[Report, ...]) -> Origin:
    """The kind of message; `Origin.HUMAN` when nothing speaks against it. Never raises."""
    evidence = _Evidence(
        message=message,
        envelope=envelope,
        actions=frozenset(report.action for report in reports),
        diagnostics=folded(" ".join(report.diagnostic for report in reports)),
        robot=suspected(message, envelope) and delivery_robot(message, envelope, notice(message)) >= CERTAIN,
        machine=_by_machine(message),
        weak=_weak_marks(message, envelope),
    )
    return next((origin for origin, speaks in _READINGS if speaks(evidence)), Origin.HUMAN)


def _feedback(evidence: _Evidence) -> bool:
    """Somebody pressed "this is spam": the report names whom, and no action."""
    declared = declared_report(evidence.message) == "feedback-report"
    return declared or is_feedback(evidence.message) or "" in evidence.actions


def _read_receipt(evidence: _Evidence) -> bool:
    return is_receipt(evidence.message) or declared_report(evidence.message) == "disposition-notification"


def _bounce(evidence: _Evidence) -> bool:
    """A failure is reported for at least one recipient; or a robot speaks of one without saying whose."""
    if evidence.actions:
        return "failed" in evidence.actions
    return evidence.robot and not only_late(evidence.message, notice(evidence.message))


def _delay(evidence: _Evidence) -> bool:
    if evidence.actions:
        return "delayed" in evidence.actions
    return evidence.robot


def _delivered(evidence: _Evidence) -> bool:
    return bool(evidence.actions & {"delivered", "relayed", "expanded"})


def _challenge(evidence: _Evidence) -> bool:
    """Somebody must prove to be human first: asked in a letter, or in the refusal that a robot passes on."""
    if evidence.actions:
        return contains(evidence.diagnostics, CONFIRM_FIRST)
    if answers(evidence.message) or not (evidence.machine or evidence.weak):
        return False
    return contains(folded(evidence.message.subject), CHALLENGE) or contains(evidence.opening, CHALLENGE)


def _auto_reply(evidence: _Evidence) -> bool:
    """One certain mark, or wording with marks that prove nothing alone."""
    message = evidence.message
    certain = (
        automatic.auto_submitted(message) in ("auto-replied", "auto-notified")
        or automatic.precedence(message) == "auto_reply"
    )
    if certain or automatic.replier_header(message):
        return True
    # An inbox rule that answers marks so; one that redirects a customer's mail leaves the second mark out.
    by_rule = bool(message.header("x-ms-exchange-inbox-rules-loop")) and automatic.forbids_answers(message)
    labelled = away_label(message.subject) and automatic.null_return_path(message, evidence.envelope)
    marks = away_subject(message.subject) + 2 * by_rule + labelled + min(evidence.weak, 2)
    return marks >= 3 or (marks == 2 and contains(evidence.opening, AWAY))


def _weak_marks(message: Message, envelope: Envelope) -> int:
    return (
        automatic.null_return_path(message, envelope)
        + automatic.forbids_answers(message)
        + (automatic.auto_submitted(message) == "auto-generated")
        + (automatic.precedence(message) in ("bulk", "junk"))
    )


def _list(evidence: _Evidence) -> bool:
    return automatic.list_mail(evidence.message)


def _machine(evidence: _Evidence) -> bool:
    return evidence.machine


def _by_machine(message: Message) -> bool:
    """Auto-Submitted on what answers somebody proves nothing: ServiceNow writes it on what people type."""
    typed = answers(message) or bool(message.in_reply_to or message.references)
    if automatic.auto_submitted(message) not in ("", "no") and not typed:
        return True
    nobody = automatic.no_reply_sender(message) or automatic.robot_sender(message)
    return nobody or automatic.bulk_sender(message) or automatic.precedence(message) in ("bulk", "junk")


_READINGS: tuple[tuple[Origin, Callable[[_Evidence], bool]], ...] = (
    (Origin.FEEDBACK_REPORT, _feedback),
    (Origin.READ_RECEIPT, _read_receipt),
    (Origin.CHALLENGE, _challenge),
    (Origin.BOUNCE, _bounce),
    (Origin.DELAY, _delay),
    (Origin.AUTO_GENERATED, _delivered),
    (Origin.AUTO_REPLY, _auto_reply),
    (Origin.LIST, _list),
    (Origin.AUTO_GENERATED, _machine),
)
