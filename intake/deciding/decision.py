"""What is asked of the store, what it answers, and what is decided: the values around `intake.deciding.decide.decide`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from intake.case import Case, Event
from intake.letters.letter import Letter, LetterKind


class Verdict(StrEnum):
    """What becomes of a message."""

    OPEN = "OPEN"  # a case of its own
    APPEND = "APPEND"  # onto a case
    RECORD = "RECORD"  # kept, noted on its case where it has one, nobody is answered
    HOLD = "HOLD"  # a person decides; where the sender may be a customer it is a case meanwhile
    DROP = "DROP"  # kept, without effect: a second delivery, or our own letter come back


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """What a message gives to look things up by. `intake.deciding.rules.keys` reads it off message and signals."""

    inbound_id: int | None  # this message, not to be found as its own duplicate
    fingerprint: str
    sender: str | None  # canonical address
    channel: str
    conversation: str | None
    token_refs: tuple[str, ...]
    case_refs: tuple[str, ...]
    message_ids: tuple[str, ...]  # In-Reply-To, then References from last to first
    matters: tuple[str, ...]
    bounce_letters: tuple[str, ...]  # letter ids of proven bounce addresses
    staff: str = ""  # the address of the member of staff whom it claims to be from
    named: tuple[str, ...] = ()  # addresses in what such a person newly wrote


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A letter of ours that a message answers or reports on."""

    outbox_id: int
    case_ref: str
    kind: LetterKind
    message_id: str
    recipient: str
    text: str
    in_flight: bool  # handed to a server, and no final answer was impossible since


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """All that a decision may know about the past. If a rule needs more, this grows; the rule never asks the store."""

    duplicate_of: int | None = None  # an inbound message with the same fingerprint
    contact_id: int | None = None
    contact_name: str = ""
    known_since: datetime | None = None  # this sender wrote before, and we answered
    by_token: Case | None = None
    by_conversation: Case | None = None
    by_message_id: Case | None = None
    by_reference: Case | None = None
    of_contact: tuple[Case, ...] = ()  # cases of this sender, newest first, at most 20, not merged
    same_matter: tuple[Case, ...] = ()  # cases of others that share an order number, at most 10
    related: tuple[Case, ...] = ()  # the cases that `by_token` may belong to
    history: tuple[Event, ...] = ()  # of `by_token`, oldest first, the latest 50
    answers: Sent | None = None  # the letter of ours that this one answers
    reports_on: Sent | None = None
    letters_to_sender_24h: int = 0  # automatic ones, of whatever kind
    acks_to_domain_1h: int = 0
    acks_all_1m: int = 0
    customers: frozenset[str] = (
        frozenset()
    )  # of the addresses that a member of staff wrote, those that take part in a case
    hold_notices_24h: int = 0  # that the member of staff was sent
    automatic_on_case_24h: dict[str, int] = field(
        default_factory=dict
    )  # automatic letters to customers, by case reference
    open_cases_of: dict[str, int] = field(default_factory=dict)  # how many open cases each person handles


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseChange:
    """Events for one case. A decision may touch two: a merge does."""

    ref: str
    events: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Something for a person to decide: shown by `parked`, told to `person`."""

    reason: str  # slug
    person: str = ""
    case_ref: str = ""
    told: bool = True  # the person has a letter about it; else it stands in the next digest


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """A member of staff says that a mail which is held for them was theirs. It is then decided anew, as proven."""

    inbound_id: int
    person: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What is to be done about one message. It is applied whole, in one transaction, or not at all."""

    verdict: Verdict
    reasons: tuple[str, ...]  # slugs; the first one is the rule that decided
    hits: tuple[str, ...] = ()  # names of the rules that applied, in table order
    misses: tuple[str, ...] = ()
    case_ref: str | None = None
    changes: tuple[CaseChange, ...] = ()
    letters: tuple[Letter, ...] = ()
    hold: Hold | None = None
    confirms: Confirmation | None = None
    party: str = "customer"  # who wrote: "customer", "staff", "robot"
    score: int = 0  # of the evidence for joining, 0 to 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What a look at the clock made of one case."""

    changes: tuple[CaseChange, ...] = ()
    letters: tuple[Letter, ...] = ()
    next_look: datetime | None = None  # when the case must be looked at again; None: only when something happens
