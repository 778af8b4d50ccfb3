"""The case: a projection of its events, and nothing else.

`evolve` folds one event into a case, `replay` rebuilds a case from its history. Events are past tense, append-only, and
hold facts; whatever can be derived is derived. Life cycle and fields follow the seeds (complaint procedure, stages 1 to 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
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
    FOLLOW_UP_ANSWERED = "follow_up_answered"
    CASE_REOPENED = "case_reopened"
    IDEA_PROPOSED = "idea_proposed"
    DELIVERY_FAILED = "delivery_failed"
    REPORT_NOTED = "report_noted"


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
    acknowledged_at: datetime | None = None
    promises: tuple[Promise, ...] = ()
    resolution: str = ""
    resolved_by: str = ""
    resolved_at: datetime | None = None
    follow_up_due_at: datetime | None = None
    follow_up_sent_at: datetime | None = None
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


def opened(event: Event) -> Case:
    """The case that `case_opened` begins.

    Data: ref, brand, customer_name, channel, address, participants, owner, handler, department, issue, matters, language,
    words, subject, message_id, received_at; status "open" or "held".
    """
    d = event.data
    return Case(
        ref=d["ref"],
        brand=d["brand"],
        status=Status(d.get("status", "open")),
        customer_name=d["customer_name"],
        route=Route(channel=d["channel"], address=d["address"]),
        participants=tuple(d["participants"]),
        owner=d["owner"],
        handler=d["handler"],
        department=d["department"],
        received_at=when(d["received_at"]),
        issue=d["issue"],
        matters=tuple(d.get("matters", ())),
        language=d.get("language"),
        words=d.get("words", ""),
        last_subject=d.get("subject", ""),
        last_message_id=d.get("message_id") or "",
        thread=(d["message_id"],) if d.get("message_id") else (),
        events=1,
    )


def _contact_attached(case: Case, event: Event) -> Case:
    """Data: evidence (slugs), score, message_id, subject, participant, matters; `reply_sent` also lands in the thread."""
    d = event.data
    return replace(
        case,
        contacts=case.contacts + 1,
        participants=_with(case.participants, d.get("participant")),
        matters=_with(case.matters, *d.get("matters", ())),
        last_subject=d.get("subject") or case.last_subject,
        last_message_id=d.get("message_id") or case.last_message_id,
        thread=_with(case.thread, d.get("message_id"))[-20:],
    )


def _repeat_detected(case: Case, event: Event) -> Case:
    """Data: evidence (slugs). The customer wrote again about the same matter without answering us: not their first time."""
    return replace(case, first_time="no")


def _possibly_related(case: Case, event: Event) -> Case:
    """Data: ref, evidence (slugs), score."""
    return replace(case, related=_with(case.related, event.data["ref"]))


def _case_merged(case: Case, event: Event) -> Case:
    """Data: into (a reference), or from (a reference, on the case that takes in), received_at of the other."""
    d = event.data
    if "into" in d:
        return replace(case, status=Status.MERGED, merged_into=d["into"])
    return replace(
        case,
        received_at=min(case.received_at, when(d["received_at"])),
        contacts=case.contacts + int(d.get("contacts", 1)),
        participants=_with(case.participants, *d.get("participants", ())),
        thread=_with(case.thread, *d.get("thread", ()))[-20:],
    )


def _case_released(case: Case, event: Event) -> Case:
    """A person decided that a held case stands by itself."""
    return replace(case, status=Status.OPEN)


def _first_time_asked(case: Case, event: Event) -> Case:
    return replace(case, first_time="asked")


def _first_time_answered(case: Case, event: Event) -> Case:
    """Data: answer, "yes" or "no"."""
    return replace(case, first_time=event.data["answer"])


def _handler_assigned(case: Case, event: Event) -> Case:
    """Data: handler."""
    return replace(case, handler=event.data["handler"])


def _case_passed(case: Case, event: Event) -> Case:
    """Data: to (department), handler. The owner stays accountable."""
    return replace(case, passed=True, handler=event.data["handler"], status=Status.INVESTIGATING)


def _marked_complex(case: Case, event: Event) -> Case:
    """Data: reason (slug)."""
    return replace(case, complex=True, status=Status.INVESTIGATING)


def _promise_made(case: Case, event: Event) -> Case:
    """Data: id, kind, due_at."""
    d = event.data
    made = Promise(id=d["id"], kind=d["kind"], made_at=event.at, due_at=when(d["due_at"]), made_by=event.actor)
    return replace(case, promises=(*case.promises, made))


def _promise_kept(case: Case, event: Event) -> Case:
    """Data: id."""
    return _with_promise(case, event.data["id"], state=PromiseState.KEPT)


def _promise_broken(case: Case, event: Event) -> Case:
    """Data: id."""
    return _with_promise(case, event.data["id"], state=PromiseState.BROKEN)


def _handler_nudged(case: Case, event: Event) -> Case:
    """Data: id, percent."""
    return _with_promise(case, event.data["id"], nudged=int(event.data["percent"]))


def _acknowledged(case: Case, event: Event) -> Case:
    return replace(case, acknowledged_at=event.at)


def _reply_sent(case: Case, event: Event) -> Case:
    """Data: message_id, text. A person answered the customer."""
    return replace(
        case,
        replies=case.replies + 1,
        answered_last_at=event.at,
        last_answer=" ".join(event.data["text"].split())[:200],
        thread=_with(case.thread, event.data.get("message_id"))[-20:],
    )


def _case_resolved(case: Case, event: Event) -> Case:
    """Data: resolution; follow_up: whether a follow-up is owed; followed_up_on (ISO date) where this contact also was it."""
    d = event.data
    followed = date.fromisoformat(d["followed_up_on"]) if d.get("followed_up_on") else None
    return replace(
        case,
        status=Status.FOLLOW_UP if d["follow_up"] else Status.RESOLVED,
        resolution=d.get("resolution") or case.resolution,
        resolved_by=event.actor,
        resolved_at=event.at,
        followed_up=case.followed_up or followed is not None,
        followed_up_on=followed or case.followed_up_on,
    )


def _follow_up_due(case: Case, event: Event) -> Case:
    """Data: due_at. A dated task for the owner."""
    return replace(case, follow_up_due_at=when(event.data["due_at"]))


def _follow_up_sent(case: Case, event: Event) -> Case:
    return replace(case, follow_up_sent_at=event.at)


def _follow_up_answered(case: Case, event: Event) -> Case:
    """Data: answer "yes", "no" or "unclear"; on (ISO local date).

    A yes settles the case; a no is followed by `case_reopened`; what is unclear is for a person to settle.
    """
    d = event.data
    on = date.fromisoformat(d["on"])
    if d["answer"] != "yes":
        return replace(case, followed_up_on=on)
    return replace(case, status=Status.RESOLVED, followed_up=True, followed_up_on=on, follow_up_due_at=None)


def _case_reopened(case: Case, event: Event) -> Case:
    """Data: reason (slug)."""
    return replace(
        case,
        status=Status.OPEN,
        reopened=case.reopened + 1,
        resolved_at=None,
        followed_up=False,
        follow_up_due_at=None,
        follow_up_sent_at=None,
    )


def _idea_proposed(case: Case, event: Event) -> Case:
    """Data: text."""
    return replace(case, ideas=(*case.ideas, event.data["text"]))


def _noted(case: Case, event: Event) -> Case:
    """Part of the history, without effect on the case: notes, reports, failures, withheld letters."""
    return case


FOLDS: dict[Kind, Callable[[Case, Event], Case]] = {
    Kind.CONTACT_ATTACHED: _contact_attached,
    Kind.REPEAT_DETECTED: _repeat_detected,
    Kind.POSSIBLY_RELATED: _possibly_related,
    Kind.CASE_MERGED: _case_merged,
    Kind.CASE_RELEASED: _case_released,
    Kind.FIRST_TIME_ASKED: _first_time_asked,
    Kind.FIRST_TIME_ANSWERED: _first_time_answered,
    Kind.HANDLER_ASSIGNED: _handler_assigned,
    Kind.CASE_PASSED: _case_passed,
    Kind.MARKED_COMPLEX: _marked_complex,
    Kind.PROMISE_MADE: _promise_made,
    Kind.PROMISE_KEPT: _promise_kept,
    Kind.PROMISE_BROKEN: _promise_broken,
    Kind.HANDLER_NUDGED: _handler_nudged,
    Kind.ACKNOWLEDGED: _acknowledged,
    Kind.ACKNOWLEDGEMENT_WITHHELD: _noted,
    Kind.REPLY_SENT: _reply_sent,
    Kind.NOTE_ADDED: _noted,
    Kind.CASE_RESOLVED: _case_resolved,
    Kind.FOLLOW_UP_DUE: _follow_up_due,
    Kind.FOLLOW_UP_SENT: _follow_up_sent,
    Kind.FOLLOW_UP_ANSWERED: _follow_up_answered,
    Kind.CASE_REOPENED: _case_reopened,
    Kind.IDEA_PROPOSED: _idea_proposed,
    Kind.DELIVERY_FAILED: _noted,
    Kind.REPORT_NOTED: _noted,
}


def evolve(case: Case | None, event: Event) -> Case:
    """Fold one event in. Only `case_opened` may begin a case, and only once."""
    if case is None:
        return opened(event)
    return replace(FOLDS[event.kind](case, event), events=case.events + 1)


def replay(events: Iterable[Event]) -> Case:
    """The case that this history, oldest first, tells."""
    case: Case | None = None
    for event in events:
        case = evolve(case, event)
    if case is None:
        raise ValueError("a case begins with case_opened")
    return case


def _with(old: tuple[str, ...], *new: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *(x for x in new if x))))


def _with_promise(case: Case, promise_id: str, **changes: Any) -> Case:
    return replace(case, promises=tuple(replace(p, **changes) if p.id == promise_id else p for p in case.promises))
