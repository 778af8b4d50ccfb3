"""A case's history: `fold` adds events to the case, `replay` rebuilds the case from all of them.

Whatever can be derived is derived here. Each function says which data its event holds, and answers with what it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import date
from types import SimpleNamespace
from typing import Any, TypeAlias, cast

from intake import shell
from intake.case import Case, Event, Kind, Promise, PromiseState, Route, Status, when
from intake.echo import echoed

Changes: TypeAlias = dict[str, Any]  # new values of a case's fields
_FIELDS = tuple(field.name for field in fields(Case))


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


def _contact_attached(case: Case, event: Event) -> Changes:
    """Data: evidence (slugs), score, message_id, subject, participant, matters; address, where answers go to it by mail now;
    machine, whether one may have written it.
    """
    d = event.data
    return {
        "route": Route(channel="mail", address=d["address"]) if d.get("address") else case.route,
        "contacts": case.contacts + 1,
        "participants": _with(case.participants, d.get("participant")),
        "matters": _with(case.matters, *d.get("matters", ())),
        "last_subject": d.get("subject") or case.last_subject,
        "last_message_id": d.get("message_id") or case.last_message_id,
        "thread": _with(case.thread, d.get("message_id"))[-20:],
    }


def _repeat_detected(case: Case, event: Event) -> Changes:
    """Data: evidence (slugs). The customer wrote again about the same matter without answering us: not their first time."""
    return {"first_time": "no"}


def _possibly_related(case: Case, event: Event) -> Changes:
    """Data: ref, evidence (slugs), score."""
    return {"related": _with(case.related, event.data["ref"])}


def _case_merged(case: Case, event: Event) -> Changes:
    """Data: into (a reference), or from (a reference, on the case that takes in), received_at of the other."""
    d = event.data
    if "into" in d:
        return {"status": Status.MERGED, "merged_into": d["into"]}
    return {
        "received_at": min(case.received_at, when(d["received_at"])),
        "contacts": case.contacts + int(d.get("contacts", 1)),
        "participants": _with(case.participants, *d.get("participants", ())),
        "matters": _with(case.matters, *d.get("matters", ())),
        "thread": _with(case.thread, *d.get("thread", ()))[-20:],
    }


def _case_released(case: Case, event: Event) -> Changes:
    """A person decided that a held case stands by itself."""
    return {"status": Status.OPEN}


def _first_time_asked(case: Case, event: Event) -> Changes:
    return {"first_time": "asked"}


def _first_time_answered(case: Case, event: Event) -> Changes:
    """Data: answer, "yes" or "no"."""
    return {"first_time": event.data["answer"]}


def _handler_assigned(case: Case, event: Event) -> Changes:
    """Data: handler."""
    return {"handler": event.data["handler"]}


def _case_passed(case: Case, event: Event) -> Changes:
    """Data: to (department), handler. The owner stays accountable."""
    return {"passed": True, "handler": event.data["handler"], "status": Status.INVESTIGATING}


def _marked_complex(case: Case, event: Event) -> Changes:
    """Data: reason (slug)."""
    return {"complex": True, "status": Status.INVESTIGATING}


def _promise_made(case: Case, event: Event) -> Changes:
    """Data: id, kind, due_at."""
    d = event.data
    made = Promise(id=d["id"], kind=d["kind"], made_at=event.at, due_at=when(d["due_at"]), made_by=event.actor)
    return {"promises": (*case.promises, made)}


def _promise_kept(case: Case, event: Event) -> Changes:
    """Data: id."""
    return _with_promise(case, event.data["id"], state=PromiseState.KEPT)


def _promise_broken(case: Case, event: Event) -> Changes:
    """Data: id; told, whether the customer gets the honest letter."""
    return _with_promise(case, event.data["id"], state=PromiseState.BROKEN)


def _handler_nudged(case: Case, event: Event) -> Changes:
    """Data: id, percent."""
    return _with_promise(case, event.data["id"], nudged=int(event.data["percent"]))


def _acknowledged(case: Case, event: Event) -> Changes:
    """Data: letter, its kind."""
    return {"acknowledged_at": event.at}


def _reply_sent(case: Case, event: Event) -> Changes:
    """Data: message_id, text. A person answered the customer."""
    return {
        "replies": case.replies + 1,
        "answered_last_at": event.at,
        "last_answer": " ".join(event.data["text"].split())[:200],
        "thread": _with(case.thread, event.data.get("message_id"))[-20:],
    }


def _case_resolved(case: Case, event: Event) -> Changes:
    """Data: resolution; follow_up: whether a follow-up is owed; followed_up_on (ISO date) where this contact also was it."""
    d = event.data
    followed = date.fromisoformat(d["followed_up_on"]) if d.get("followed_up_on") else None
    return {
        "status": Status.FOLLOW_UP if d["follow_up"] else Status.RESOLVED,
        "resolution": d.get("resolution") or case.resolution,
        "resolved_by": event.actor,
        "resolved_at": event.at,
        "followed_up": case.followed_up or followed is not None,
        "followed_up_on": followed or case.followed_up_on,
    }


def _follow_up_due(case: Case, event: Event) -> Changes:
    """Data: due_at. A dated task for the owner."""
    return {"follow_up_due_at": when(event.data["due_at"])}


def _follow_up_sent(case: Case, event: Event) -> Changes:
    return {"follow_up_sent_at": event.at}


def _follow_up_attempted(case: Case, event: Event) -> Changes:
    """Data: how ("voicemail", ...), note. Somebody called and reached nobody."""
    return {"follow_up_attempts": case.follow_up_attempts + 1}


def _follow_up_answered(case: Case, event: Event) -> Changes:
    """Data: answer "yes", "no" or "unclear"; on (ISO local date).

    A yes settles the case; a no is followed by `case_reopened`; what is unclear is no follow-up yet: a person settles it.
    """
    d = event.data
    on = date.fromisoformat(d["on"])
    if d["answer"] != "yes":
        return {"followed_up_on": on if d["answer"] == "no" else case.followed_up_on}
    return {"status": Status.RESOLVED, "followed_up": True, "followed_up_on": on, "follow_up_due_at": None}


def _case_reopened(case: Case, event: Event) -> Changes:
    """Data: reason (slug)."""
    return {
        "status": Status.OPEN,
        "reopened": case.reopened + 1,
        "resolved_at": None,
        "followed_up": False,
        "follow_up_due_at": None,
        "follow_up_sent_at": None,
        "follow_up_attempts": 0,
    }


def _idea_proposed(case: Case, event: Event) -> Changes:
    """Data: text."""
    return {"ideas": (*case.ideas, event.data["text"])}


def _legal_hold_placed(case: Case, event: Event) -> Changes:
    """Data: reason, as a person wrote it."""
    return {"legal_hold": event.data["reason"]}


def _legal_hold_lifted(case: Case, event: Event) -> Changes:
    return {"legal_hold": ""}


def _noted(case: Case, event: Event) -> Changes:
    """Part of the history, without effect on the case: notes, reports, failures, withheld letters."""
    return {}


FOLDS: dict[Kind, Callable[[Case, Event], Changes]] = {
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
    Kind.FOLLOW_UP_ATTEMPTED: _follow_up_attempted,
    Kind.FOLLOW_UP_ANSWERED: _follow_up_answered,
    Kind.CASE_REOPENED: _case_reopened,
    Kind.IDEA_PROPOSED: _idea_proposed,
    Kind.DELIVERY_FAILED: _noted,
    Kind.REPORT_NOTED: _noted,
    Kind.LEGAL_HOLD_PLACED: _legal_hold_placed,
    Kind.LEGAL_HOLD_LIFTED: _legal_hold_lifted,
    Kind.ERASURE_REFUSED: _noted,
    Kind.MESSAGES_DELETED: _noted,
}


def fold(case: Case, events: Iterable[Event]) -> Case:
    """Fold events in, oldest first. Only `case_opened` may begin a case, and only once.

    Meanwhile the case is a draft that can be changed: making a case of so many fields anew for every event takes far longer.
    """
    draft = SimpleNamespace(**{name: getattr(case, name) for name in _FIELDS})
    for event in events:
        changes = FOLDS[event.kind](cast(Case, draft), event)
        vars(draft).update(changes, events=draft.events + 1, echo=echoed(draft.echo, event))
    return Case(**vars(draft))


def replay(events: Iterable[Event]) -> Case:
    """The case that this history, oldest first, tells. Raises ValueError where it tells nothing.

    What was erased cannot be read: the case begins where that happened.
    """
    known = list(events)
    if not known:
        raise ValueError("a case begins with case_opened")
    begins = max((number for number, event in enumerate(known) if event.kind is Kind.ERASED), default=0)
    first = known[begins]
    begun = shell.case(first.data) if first.kind is Kind.ERASED else opened(first)
    return fold(begun, known[begins + 1 :])


def _with(old: tuple[str, ...], *new: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *(x for x in new if x))))


def _with_promise(case: Case, promise_id: str, **changes: Any) -> Changes:
    return {"promises": tuple(replace(p, **changes) if p.id == promise_id else p for p in case.promises)}
