"""The case and what it is made of: events that happened to it, promises, and the way to the customer.

A case is the projection of its events, and nothing else: `intake.history` folds them. Events are past tense, append-only,
and hold facts. Life cycle and fields follow the seeds (complaint procedure, stages 1 to 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias

Data: TypeAlias = Mapping[str, Any]  # JSON: str, int, bool, None, lists and dicts of them; times as ISO 8601 UTC


class Status(StrEnum):
    """Where a case stands. Resolved is not the same as followed up: column 5 needs both."""

    OPEN = "open"  # the owner tries to resolve it (stage 1)
    INVESTIGATING = "investigating"  # complex, or passed to another team (stage 2)
    HELD = "held"  # perhaps part of another case: a person decides, the clocks run meanwhile
    FOLLOW_UP = "follow_up"  # resolved; the follow-up with the customer is still to be made (stage 3)
    RESOLVED = "resolved"
    MERGED = "merged"  # into `merged_into`; it has no register row of its own


class Kind(StrEnum):
    """Every event a case can have."""

    CASE_OPENED = "case_opened"
    CONTACT_ATTACHED = "contact_attached"
    REPEAT_DETECTED = "repeat_detected"
    POSSIBLY_RELATED = "possibly_related"
    CASE_MERGED = "case_merged"
    CASE_RELEASED = "case_released"
    FIRST_TIME_ASKED = "first_time_asked"
    FIRST_TIME_ANSWERED = "first_time_answered"
    HANDLER_ASSIGNED = "handler_assigned"
    CASE_PASSED = "case_passed"
    MARKED_COMPLEX = "marked_complex"
    PROMISE_MADE = "promise_made"
    PROMISE_KEPT = "promise_kept"
    PROMISE_BROKEN = "promise_broken"
    HANDLER_NUDGED = "handler_nudged"
    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGEMENT_WITHHELD = "acknowledgement_withheld"
    REPLY_SENT = "reply_sent"
    NOTE_ADDED = "note_added"
    CASE_RESOLVED = "case_resolved"
    FOLLOW_UP_DUE = "follow_up_due"
    FOLLOW_UP_SENT = "follow_up_sent"
    FOLLOW_UP_ATTEMPTED = "follow_up_attempted"
    FOLLOW_UP_ANSWERED = "follow_up_answered"
    CASE_REOPENED = "case_reopened"
    IDEA_PROPOSED = "idea_proposed"
    DELIVERY_FAILED = "delivery_failed"
    REPORT_NOTED = "report_noted"
    LEGAL_HOLD_PLACED = "legal_hold_placed"
    LEGAL_HOLD_LIFTED = "legal_hold_lifted"
    ERASURE_REFUSED = "erasure_refused"
    MESSAGES_DELETED = "messages_deleted"  # they were kept for as long as they were to be
    ERASED = "erased"  # what was before can be read by nobody any more


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened to a case. `data` is JSON; its keys are documented at the function that folds it in."""

    kind: Kind
    at: datetime  # aware, UTC
    actor: str  # "customer", "daemon", or a person's id
    data: Data = field(default_factory=dict)


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"


class Echo(StrEnum):
    """What our latest letter that went by itself has brought back, while no person of ours has written since."""

    NO_LETTER = "no_letter"  # none went, or a person has written since
    SILENCE = "silence"
    PERSON = "person"  # an answer, as far as can be told by a person
    MACHINE = "machine"  # an answer that a machine may have written, as it may have written all of the case


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """A commitment that the customer was told. Every date in a letter comes from one; none is ever typed."""

    id: str  # unique within the case: "p1", "p2", ...
    kind: str  # "news": the customer hears from us; "follow_up": the follow-up contact is made
    made_at: datetime
    due_at: datetime
    made_by: str  # "daemon" or a person's id
    state: PromiseState = PromiseState.OPEN
    nudged: int = 0  # the highest share of the time, in percent, at which the handler was nudged


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """How a person is reached: the channel's name and their address on it."""

    channel: str  # "mail", or the name of the channel that they wrote on
    address: str  # addr-spec, or the conversation id


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One complaint and all contacts about it."""

    ref: str  # as said to people: "HH-4829-1357K"
    brand: str
    status: Status = Status.OPEN
    customer_name: str = ""
    route: Route  # where answers go
    participants: tuple[str, ...] = ()  # canonical addresses and conversation ids that take part
    owner: str  # person id; accountable, never blank, does not move on hand-over
    handler: str  # person id; works on it now
    department: str  # the owner's at receipt (setting)
    received_at: datetime
    issue: str = ""  # one line, at most 200 characters
    matters: tuple[str, ...] = ()
    language: str | None = None
    complex: bool = False
    passed: bool = False  # it went to another team at least once: the follow-up is a duty
    first_time: str = ""  # "", "asked", "yes", "no"
    contacts: int = 1  # messages from the customer
    replies: int = 0  # answers to the customer by a person
    acknowledged_at: datetime | None = None  # the last time
    echo: Echo = Echo.NO_LETTER
    promises: tuple[Promise, ...] = ()
    resolution: str = ""
    resolved_by: str = ""
    resolved_at: datetime | None = None
    follow_up_due_at: datetime | None = None
    follow_up_sent_at: datetime | None = None
    follow_up_attempts: int = 0  # calls that reached nobody, since it was last reopened
    followed_up: bool = False  # since it was last reopened
    followed_up_on: date | None = None  # local date of the latest completed follow-up
    reopened: int = 0
    ideas: tuple[str, ...] = ()
    related: tuple[str, ...] = ()  # references it may belong to, unproven
    merged_into: str = ""
    words: str = ""  # what the customer first wrote, for comparison and for staff; at most 4,000 characters
    last_subject: str = ""
    last_message_id: str = ""  # of the customer's latest message, for In-Reply-To
    thread: tuple[str, ...] = ()  # message ids for References, oldest first, at most 20
    answered_last_at: datetime | None = None
    last_answer: str = ""  # the latest answer to the customer, at most 200 characters
    legal_hold: str = ""  # why nothing of it may be erased
    events: int = 0  # how many were folded in

    @property
    def open_promises(self) -> tuple[Promise, ...]:
        return tuple(p for p in self.promises if p.state is PromiseState.OPEN)

    @property
    def settled(self) -> bool:
        """Column 5 of the register: resolved and followed up."""
        return self.status is Status.RESOLVED and self.followed_up


def when(value: str) -> datetime:
    """A time out of event data."""
    return datetime.fromisoformat(value)


def stamp(at: datetime) -> str:
    """A time for event data."""
    return at.isoformat()
