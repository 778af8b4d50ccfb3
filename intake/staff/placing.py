"""What a person decides about a held case: it belongs to another, or it stands by itself."""

from __future__ import annotations

from dataclasses import replace

from intake.case import Case, Event, Kind, Status, stamp
from intake.deciding import promising
from intake.deciding.decision import CaseChange
from intake.history import fold
from intake.hours import promise_due
from intake.policy import Person
from intake.staff.acts import Act, Refused
from intake.staff.commands import Command


def join(act: Act, command: Command) -> Act:
    """The other case takes in its contacts, keeps the earlier clock, and is open again if it was resolved."""
    if act.case.status is not Status.HELD:
        raise Refused("nothing-held", "#join works on a case that is held, and this one is not.")
    if act.said.get("reply"):
        raise Refused(
            "join-and-reply", "Send #join by itself, and answer the customer from the letter that comes then."
        )
    other = _meant(act, command)
    events = _taken_in(act, other)
    after = fold(other, events)
    act = act.then(Kind.CASE_MERGED, into=other.ref)
    act = replace(act, changes=(CaseChange(ref=other.ref, events=tuple(events)),))
    for reader in _readers(act, after):
        act = act.tell(reader, "again", "joined-by-staff", case=after, words=act.case.words)
    return act


def _readers(act: Act, after: Case) -> list[Person]:
    """The handler; and, since it is a repeat, the seniors too. Of these, whoever decided it knows."""
    handler = act.q.policy.person(after.handler) or act.person
    seniors = (p for p in map(act.q.policy.person, act.brand.seniors) if p is not None)
    return [handler, *(p for p in seniors if p not in (handler, act.person))]


def _meant(act: Act, command: Command) -> Case:
    """The one case that it may belong to, or the one that was named of several."""
    open_to = [c for c in act.q.facts.related if c.ref in act.case.related and c.status is not Status.MERGED]
    named = _plain(command.rest)
    found = [c for c in open_to if not named or named.startswith(_plain(c.ref))]
    if len(found) == 1:
        return found[0]
    known = ", ".join(c.ref for c in open_to) or "none"
    raise Refused("nothing-to-join", f"#join needs a case that this one may belong to. Known are: {known}.")


def _taken_in(act: Act, other: Case) -> list[Event]:
    """What becomes of the other case: what was promised on the held one is promised there, if nothing is due earlier."""
    held, now = act.case, act.q.now
    data = {"from": held.ref, "received_at": stamp(held.received_at), "contacts": held.contacts}
    data |= {"participants": list(held.participants), "thread": list(held.thread)}
    data["matters"] = list(held.matters)
    events = [Event(kind=Kind.CASE_MERGED, at=now, actor=act.person.id, data=data)]
    if other.status is Status.RESOLVED:
        reason = {"reason": "customer-wrote-again"}
        events.append(Event(kind=Kind.CASE_REOPENED, at=now, actor=act.person.id, data=reason))
    earliest = min((p.due_at for p in other.open_promises), default=None)
    open_there = [p for p in held.open_promises if earliest is None or p.due_at < earliest]
    events += [
        promising.made(other, promise.kind, promise.due_at, now=now, actor=act.person.id, offset=offset)
        for offset, promise in enumerate(open_there)
    ]
    if earliest is None and not open_there:
        due_at = promise_due(now, act.brand.hours)
        events.append(promising.made(other, "target", due_at, now=now, actor=act.person.id))
    return events


def open_held(act: Act, command: Command) -> Act:
    """It stands by itself."""
    if act.case.status is not Status.HELD:
        raise Refused("nothing-held", "#open works on a case that is held, and this one is not.")
    return act.then(Kind.CASE_RELEASED)


def _plain(ref: str) -> str:
    return "".join(c for c in ref.lower() if c.isalnum())
