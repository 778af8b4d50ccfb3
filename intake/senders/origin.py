"""What kind of sender made a message: a person, a machine, and which machine. All evidence together, strongest first.

RFC 3834 (automatic responses), RFC 3464 (delivery status), RFC 5965 (feedback), RFC 8098 (receipts), RFC 2369 (lists).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from intake.message import Message
from intake.reports.feedback import is_feedback
from intake.reports.receipts import is_receipt
from intake.reports.robot import Robot, answers, only_late
from intake.senders.automatic import Marks
from intake.senders.phrases import AWAY, CHALLENGE, CONFIRM_FIRST, away_label, away_subject
from intake.senders.phrasing import contains, folded
from intake.signals import Origin, Report

_OPENING = 4_000  # characters: robots say their errand at once


@dataclass(frozen=True, kw_only=True, slots=True)
class _Evidence:
    message: Message
    marks: Marks
    actions: frozenset[str]
    diagnostics: str  # of what failed, case-folded
    robot: Robot | None  # a delivery robot that certainly speaks
    machine: bool  # a machine wrote it, whichever
    weak: int  # marks that prove nothing alone

    @property
    def opening(self) -> str:
        """The first words of the text, folded: most mail gives no reason to look at them."""
        return folded(self.message.text[:_OPENING])


def classify(message: Message, marks: Marks, robot: Robot | None, reports: tuple[Report, ...]) -> Origin:
    """The kind of message; `Origin.HUMAN` when nothing speaks against it. Never raises."""
    evidence = _Evidence(
        message=message,
        marks=marks,
        actions=frozenset(report.action for report in reports),
        diagnostics=folded(" ".join(report.diagnostic for report in reports)),
        robot=robot if robot and robot.certain else None,
        machine=_by_machine(message, marks),
        weak=_weak_marks(marks),
    )
    return next((origin for origin, speaks in _READINGS if speaks(evidence)), Origin.HUMAN)


def _feedback(evidence: _Evidence) -> bool:
    """Somebody pressed "this is spam": the report names whom, and no action."""
    declared = evidence.marks.report == "feedback-report"
    return declared or is_feedback(evidence.message) or "" in evidence.actions


def _read_receipt(evidence: _Evidence) -> bool:
    return evidence.marks.report == "disposition-notification" or is_receipt(evidence.message)


def _bounce(evidence: _Evidence) -> bool:
    """A failure is reported for at least one recipient; or a robot speaks of one without saying whose."""
    if evidence.actions:
        return "failed" in evidence.actions
    return evidence.robot is not None and not only_late(evidence.message, evidence.robot.said)


def _delay(evidence: _Evidence) -> bool:
    if evidence.actions:
        return "delayed" in evidence.actions
    return evidence.robot is not None


def _delivered(evidence: _Evidence) -> bool:
    return bool(evidence.actions & {"delivered", "relayed", "expanded"})


def _challenge(evidence: _Evidence) -> bool:
    """Somebody must prove to be human first: asked in a letter, or in the refusal that a robot passes on."""
    if evidence.actions:
        return contains(evidence.diagnostics, CONFIRM_FIRST)
    if not (evidence.machine or evidence.weak) or answers(evidence.message):
        return False
    return contains(folded(evidence.message.subject), CHALLENGE) or contains(evidence.opening, CHALLENGE)


def _auto_reply(evidence: _Evidence) -> bool:
    """One certain mark, or wording with marks that prove nothing alone."""
    message, marks = evidence.message, evidence.marks
    if marks.auto_submitted in ("auto-replied", "auto-notified") or marks.precedence == "auto_reply" or marks.replier:
        return True
    # An inbox rule that answers marks so; one that redirects a customer's mail leaves the second mark out.
    by_rule = marks.forbids_answers and bool(message.header("x-ms-exchange-inbox-rules-loop"))
    labelled = marks.null_return_path and away_label(message.subject)
    weight = away_subject(message.subject) + 2 * by_rule + labelled + min(evidence.weak, 2)
    return weight >= 3 or (weight == 2 and contains(evidence.opening, AWAY))


def _weak_marks(marks: Marks) -> int:
    return (
        marks.null_return_path
        + marks.forbids_answers
        + (marks.auto_submitted == "auto-generated")
        + (marks.precedence in ("bulk", "junk"))
    )


def _list(evidence: _Evidence) -> bool:
    return evidence.marks.list_mail


def _machine(evidence: _Evidence) -> bool:
    return evidence.machine


def _by_machine(message: Message, marks: Marks) -> bool:
    if marks.no_reply_sender or marks.robot_sender or marks.bulk_sender or marks.precedence in ("bulk", "junk"):
        return True
    # On what answers somebody it proves nothing: ServiceNow writes it on what people type.
    typed = bool(message.in_reply_to or message.references) or answers(message)
    return marks.auto_submitted not in ("", "no") and not typed


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
