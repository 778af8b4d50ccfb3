"""What kind of mail a message is, all told: who made it, what it reports, and why it may not be answered by itself."""

from __future__ import annotations

from dataclasses import dataclass

from intake.message import Envelope, Message
from intake.reports import reports
from intake.reports.robot import robot
from intake.senders.answering import refusal
from intake.senders.automatic import marks
from intake.senders.origin import classify
from intake.signals import Origin, Report

NO_ENVELOPE = Envelope()


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """The kind of a message. `refusal` is the first reason against an automatic answer, None where one is allowed."""

    origin: Origin
    reports: tuple[Report, ...]
    refusal: str | None


def kind(message: Message, envelope: Envelope = NO_ENVELOPE) -> Kind:
    """The kind of a message, from its marks, which are read once. Never raises.

    The envelope is one more witness: what comes from the null reverse-path is more likely a robot's.
    """
    borne = marks(message, envelope)
    speaker = robot(message, borne)
    found = reports(message, speaker)
    origin = classify(message, borne, speaker, found)
    return Kind(origin=origin, reports=found, refusal=refusal(message, borne, origin))
