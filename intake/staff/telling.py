"""A case's history as staff read it: one line an event, with its time by the brand's clock and who did it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from intake.case import Event, Kind
from intake.hours import Calendar
from intake.policy import Policy

LONGEST = 300  # characters of somebody's words

# What each event says. A name in braces is a value of the event; a time is told by the brand's clock.
SENTENCES: Mapping[Kind, str] = {
    Kind.CASE_OPENED: "wrote, and the case was opened",
    Kind.CONTACT_ATTACHED: "wrote again",
    Kind.REPEAT_DETECTED: "saw that it is not the first time",
    Kind.POSSIBLY_RELATED: "found that it may belong to {ref}",
    Kind.CASE_RELEASED: "decided that it stands by itself",
    Kind.FIRST_TIME_ASKED: "asked whether it is the first time",
    Kind.FIRST_TIME_ANSWERED: "told whether it is the first time: {answer}",
    Kind.HANDLER_ASSIGNED: "gave it to {handler}",
    Kind.CASE_PASSED: "passed it to {to}, {handler}",
    Kind.MARKED_COMPLEX: "marked it as complex",
    Kind.PROMISE_MADE: "promised news by {due_at}",
    Kind.PROMISE_KEPT: "kept the promise",
    Kind.PROMISE_BROKEN: "saw that the promise could not be kept",
    Kind.HANDLER_NUDGED: "reminded the handler at {percent} % of the time",
    Kind.ACKNOWLEDGED: "acknowledged it",
    Kind.ACKNOWLEDGEMENT_WITHHELD: "did not acknowledge it: {reason}",
    Kind.REPLY_SENT: "answered: {text}",
    Kind.NOTE_ADDED: "noted: {text}",
    Kind.CASE_RESOLVED: "resolved it: {resolution}",
    Kind.FOLLOW_UP_DUE: "set the follow-up for {due_at}",
    Kind.FOLLOW_UP_SENT: "asked the customer by mail whether all is well",
    Kind.FOLLOW_UP_ATTEMPTED: "tried to follow up and reached nobody: {how} {note}",
    Kind.FOLLOW_UP_ANSWERED: "followed up, and the answer was: {answer}",
    Kind.CASE_REOPENED: "opened it again: {reason}",
    Kind.IDEA_PROPOSED: "proposed an improvement: {text}",
    Kind.DELIVERY_FAILED: "learnt that a letter did not arrive: {status}",
    Kind.LEGAL_HOLD_PLACED: "forbade to erase anything of it: {reason}",
    Kind.LEGAL_HOLD_LIFTED: "allowed again to erase it",
    Kind.ERASURE_REFUSED: "refused to erase it",
    Kind.MESSAGES_DELETED: "deleted messages whose time was over",
    Kind.ERASED: "erased all that was before",
    Kind.REPORT_NOTED: "noted a report: {origin}",
}
MERGED = {"into": "joined it to {into}", "from": "took in {from}"}


def told(event: Event, calendar: Calendar, policy: Policy) -> str:
    """One line about one event."""
    return f"{_moment(event.at, calendar)}  {named(event.actor, policy)} {_sentence(event, calendar, policy)}"


def _sentence(event: Event, calendar: Calendar, policy: Policy) -> str:
    sentence = SENTENCES.get(event.kind) or MERGED["into" if "into" in event.data else "from"]
    if event.kind is Kind.PROMISE_MADE and event.data.get("kind", "news") != "news":
        sentence = "set the target {due_at}, which the customer was not told"
    values = {name: _value(name, value, calendar, policy) for name, value in event.data.items()}
    return sentence.format_map(_Blanks(values)).strip()


class _Blanks(dict[str, str]):
    """What an event of an earlier release does not say is left out."""

    def __missing__(self, name: str) -> str:
        return ""


def _value(name: str, value: object, calendar: Calendar, policy: Policy) -> str:
    if name == "due_at":
        return _moment(datetime.fromisoformat(str(value)), calendar)
    if name == "handler":
        return named(str(value), policy)
    words = " ".join(str(value).split())
    return words if len(words) <= LONGEST else f"{words[:LONGEST]} [...]"


def named(actor: str, policy: Policy) -> str:
    """Who did it, as people are called."""
    person = policy.person(actor)
    return person.name if person else {"customer": "The customer", "daemon": "Answerable"}.get(actor, actor)


def _moment(at: datetime, calendar: Calendar) -> str:
    return f"{calendar.local(at):%a %d %b %Y %H:%M}"
