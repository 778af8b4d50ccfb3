"""What goes out: letters, before and after they are put on the wire.

A `Letter` is what is meant; `intake.letters.compose.compose` makes the exact bytes of it, once, as a `Submission` (the JMAP word,
RFC 8621). A `Delivery` is what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from intake.case import Route
from intake.message import Attachment


class LetterKind(StrEnum):
    """Why a letter is written. With its case and its cause it is unique: no cause writes the same letter twice."""

    ACKNOWLEDGEMENT = "acknowledgement"
    REPEAT_ACKNOWLEDGEMENT = "repeat_acknowledgement"  # "the person who dealt with this before has your message"
    NOTIFICATION = "notification"  # to staff: a customer wrote
    REPLY = "reply"  # a staff member's words to the customer
    NUDGE = "nudge"  # to staff: a promise comes due
    PROMISE_BROKEN = "promise_broken"  # to the customer: we said we would write, here is the new date
    FOLLOW_UP = "follow_up"  # to the customer: has everything been resolved?
    FOLLOW_UP_TASK = "follow_up_task"  # to the owner: call the customer, with the script
    STATUS = "status"  # to staff: the answer to #status
    REFUSAL = "refusal"  # to staff: what you sent was not done, and why
    HOLD_NOTICE = "hold_notice"  # to staff: something is held for you to decide


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A letter that is meant to be sent. Text and HTML say the same."""

    kind: LetterKind
    cause: str  # what made it: "inbound:17", "promise:p1", ...; unique with case and kind
    case_ref: str  # "" only for letters to staff about mail that has no case
    brand: str
    to: Route
    to_name: str = ""
    person: str = ""  # the staff member it is written for, or on whose behalf the desk speaks
    subject: str
    text: str
    html: str
    automatic: bool  # no person pressed Send: RFC 3834 marks, sent at most once; else sent at least once
    from_name: str = ""
    reply_address: str = ""  # signed Reply-To, ours
    in_reply_to: str = ""  # bare message id
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """A letter's exact bytes and its envelope. It never changes again: a second sending is byte for byte the first."""

    channel: str  # "mail", or the name of the channel that takes it
    mail_from: str  # the return path; "" where the channel has none
    rcpt_to: tuple[str, ...]
    message_id: str  # bare
    blob: bytes


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # try again later
    REJECTED = "rejected"  # never


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What became of one recipient of a submission."""

    recipient: str
    outcome: Outcome
    code: int = 0  # SMTP reply code or HTTP status; 0 where none came
    status: str = ""  # enhanced code, RFC 3463
    diagnostic: str = ""  # the other side's words, one line
    maybe_arrived: bool = False  # deferred because no answer came after the whole message had been handed over


OutboxState = Literal["pending", "sending", "sent", "deferred", "rejected", "unknown", "cancelled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """A submission that is due, as the courier gets it."""

    outbox_id: int
    submission: Submission
    kind: LetterKind
    case_ref: str
    automatic: bool
    attempts: int  # before this one
    created_at: datetime
