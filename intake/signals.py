"""What a message *is*: the values that `intake.observe` reads off a `Message` and its envelope.

Automatic mail RFC 3834, lists RFC 2919 and 2369, reports RFC 3464, 3798/8098, 5965, authentication RFC 8601.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Origin(StrEnum):
    """What kind of sender made it."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    AUTO_GENERATED = "auto_generated"
    BOUNCE = "bounce"
    DELAY = "delay"
    FEEDBACK_REPORT = "feedback_report"
    READ_RECEIPT = "read_receipt"
    CHALLENGE = "challenge"
    LIST = "list"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What became of one recipient of a mail sent earlier (RFC 3464)."""

    recipient: str  # final_recipient
    action: str = ""  # failed, delayed, delivered, relayed, expanded
    status: str = ""  # enhanced code, RFC 3463
    diagnostic: str = ""  # diagnostic_code


class Dmarc(StrEnum):
    """What a server we trust said about the From domain."""

    PASS = "pass"
    FAIL = "fail"
    NONE = "none"  # looked, and there is no policy
    TEMPERROR = "temperror"  # looked, and the DNS gave no answer
    UNKNOWN = "unknown"  # nobody we trust has looked


class Direction(StrEnum):
    """Who may use a signed address of ours, and for what."""

    CUSTOMER = "c"  # the customer's replies
    STAFF = "s"  # one staff member's answer to the customer
    NOTE = "n"  # one staff member's internal note
    BOUNCE = "b"  # the return path of one letter
    CONFIRM = "y"  # one staff member's word that a mail which is held was theirs


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What a signed plus-address says. Only `intake.tokens` makes one from an address, after proving the signature."""

    direction: Direction
    ref: str  # case reference, compact form
    subject: str = ""  # the person's id (STAFF, NOTE, CONFIRM) or the letter's id (BOUNCE)
    held: int = 0  # the message that is held (CONFIRM)
    expires: datetime | None = None
    key_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signals:
    """Everything a rule may want to know about the message itself, without looking anything up."""

    origin: Origin = Origin.HUMAN
    auto_reply_allowed: bool = True  # as far as the message alone tells
    auto_reply_reason: str | None = None  # slug: why not
    reports: tuple[Report, ...] = ()
    sender: str | None = None  # the one canonical address of a trustworthy From line, else None
    sender_name: str = ""
    sender_refusal: str | None = None  # slug: why From is no identity
    brand: str = ""  # which brand was written to
    recipient: str = ""  # the address of ours it came to, without its tag
    tokens: tuple[Token, ...] = ()  # proven, in the order found, envelope first
    forged_tokens: int = 0  # plus-addresses that look like ours and are not
    own_mark: bool = False  # it is one of our own letters come back
    case_refs: tuple[str, ...] = ()  # references in the subject whose check character holds
    matters: tuple[str, ...] = ()  # order numbers and the like, normalised
    points: int = 1  # how many separate issues it seems to raise
    cues: tuple[str, ...] = ()  # slugs: what sounds like a complaint, a repeat, an escalation
    dmarc: Dmarc = Dmarc.UNKNOWN
    staff: str = ""  # the address of the member of staff whom it claims to be from, or whose signed address it uses
    login: str | None = None  # authenticated submission by this staff login
    language: str | None = None
    fingerprint: str = ""  # of content and stable headers: the same mail by another way has the same one
