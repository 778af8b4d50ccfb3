"""What one person may read of what is kept: their own words and letters, and of a case all but other people's data.

A mail is theirs where they wrote or got it. Of all else, other addresses and other cases are hidden, notes of staff as the
company wants it. What somebody's free words say about a third person no program can tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from intake.case import Case, Event, Kind, Promise, Status
from intake.hours import Calendar
from intake.message import Message, RawMessage
from intake.policy import Policy
from intake.reference import WRITTEN
from intake.register import HEADERS, row
from intake.senders.identity import canonical
from intake.staff.telling import named, told

SOMEBODY = "[somebody else's address]"
ANOTHER = "[another case]"
NOT_TOLD = "[somebody else's words]"
_ADDRESS = re.compile(r"[^\s<>()\"',;:@\[\]]{1,64}@[^\s<>()\"',;:@\[\]]{1,255}")
_NOTED = {Kind.FOLLOW_UP_ATTEMPTED: ("note",)}  # what staff wrote for themselves
_AMONG_STAFF = (Kind.NOTE_ADDED, Kind.LEGAL_HOLD_PLACED, Kind.LEGAL_HOLD_LIFTED, Kind.ERASURE_REFUSED)
_TOLD_THE_CUSTOMER = {Kind.REPLY_SENT: ("text",), Kind.CASE_RESOLVED: ("resolution",)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who reads: what is theirs, and whether they are shown what staff noted."""

    addresses: frozenset[str]  # canonical, and conversations
    refs: frozenset[str]  # of cases in which they take part
    opened: frozenset[str]  # of those about their own complaint
    notes: bool
    policy: Policy

    def with_conversations_of(self, opening: Event) -> Reader:
        """For a case that they opened: whatever conversation it began in was theirs."""
        conversations = {each for each in opening.data.get("participants", ()) if "@" not in each}
        return replace(self, addresses=self.addresses | conversations)

    def hide(self, text: str) -> str:
        """The text without addresses and references that are neither theirs nor the desk's."""
        return WRITTEN.sub(self._reference, _ADDRESS.sub(self._address, text))

    def _address(self, found: re.Match[str]) -> str:
        plain = found[0].rstrip(".").lower()
        known = plain in self.addresses or self.policy.brand_at(plain) is not None
        return found[0] if known else SOMEBODY

    def _reference(self, found: re.Match[str]) -> str:
        return found[0] if found[1].upper() in self.refs else ANOTHER


def may_be_theirs(raw: RawMessage, reader: Reader) -> bool:
    """Whether it is worth reading a message: linear, and never False for one that is theirs."""
    content = raw.blob.lower()
    marks = (f"{local}{at}" for local, at, _ in (each.partition("@") for each in reader.addresses))
    return _sender(raw) in reader.addresses or any(mark.lower().encode() in content for mark in marks)


def is_theirs(raw: RawMessage, message: Message, reader: Reader) -> bool:
    """Whether they wrote the message, or were among those it was written to."""
    people = (*message.from_, *message.reply_to, *message.to, *message.cc)
    named_in_it = {canonical(each.email) for each in people} | {_sender(raw)}
    return not reader.addresses.isdisjoint({*named_in_it, message.conversation})


def _sender(raw: RawMessage) -> str | None:
    return canonical(raw.envelope.mail_from or "")


def case_file(case: Case, reader: Reader, history: Sequence[Event]) -> dict[str, Any]:
    """The case as its reader may see it, as JSON. Of a complaint of somebody else: that they take part, and what happened."""
    calendar = Calendar(reader.policy.brand(case.brand).hours)
    theirs = case.ref in reader.opened
    own = [each for each in case.participants if each in reader.addresses]
    return {
        "case": case.ref,
        "brand": reader.policy.brand(case.brand).name,
        "status": case.status.value,
        "received": calendar.local(case.received_at).isoformat(),
        "owner": named(case.owner, reader.policy),
        "handler": named(case.handler, reader.policy),
        "opened_by_you": theirs,
        "your_name": case.customer_name if theirs else None,
        "your_addresses_in_it": own,
        "others_taking_part": len(case.participants) - len(own),
        "issue": reader.hide(case.issue) if theirs else NOT_TOLD,
        "what_you_first_wrote": reader.hide(case.words) if theirs else None,
        "numbers_mentioned": list(case.matters) if theirs else [],
        "resolution": reader.hide(case.resolution) if theirs else None,
        "promises": [_promise(each, calendar) for each in case.promises],
        "register": _registered(case, reader) if theirs else None,
        "history": history_of(case, reader, history),
    }


def history_of(case: Case, reader: Reader, history: Sequence[Event]) -> list[str]:
    """What happened, a line each as staff read it, but for what is kept from the reader."""
    calendar = Calendar(reader.policy.brand(case.brand).hours)
    begins = max((number for number, event in enumerate(history) if event.kind is Kind.ERASED), default=0)
    shown = [event for event in history[begins:] if reader.notes or event.kind not in _AMONG_STAFF]
    return [reader.hide(told(_cut(event, case, reader), calendar, reader.policy)).rstrip(": ") for event in shown]


def notes_in(history: Sequence[Event]) -> int:
    """How many notes staff wrote."""
    return sum(event.kind is Kind.NOTE_ADDED for event in history)


def _cut(event: Event, case: Case, reader: Reader) -> Event:
    """The event without words that are not for the reader."""
    kept_back: tuple[str, ...] = () if reader.notes else _NOTED.get(event.kind, ())
    if case.ref not in reader.opened:
        kept_back += _TOLD_THE_CUSTOMER.get(event.kind, ())
    return replace(event, data={**event.data, **dict.fromkeys(kept_back, "")}) if kept_back else event


def _promise(promise: Promise, calendar: Calendar) -> dict[str, str]:
    return {
        "kind": promise.kind,
        "made": calendar.local(promise.made_at).isoformat(),
        "due": calendar.local(promise.due_at).isoformat(),
        "state": promise.state.value,
    }


def _registered(case: Case, reader: Reader) -> dict[str, str] | None:
    """Their row of the register; a case that went into another one has none."""
    if case.status is Status.MERGED:
        return None
    return dict(zip(HEADERS, map(reader.hide, row(case, reader.policy)), strict=True))
