"""The staff commands, one function each: what it needs, what it changes, and what it refuses with which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from intake import promising
from intake.acts import Act, Refused
from intake.case import Event, Kind, Status, stamp
from intake.commands import Command, when
from intake.decision import CaseChange
from intake.history import evolve
from intake.hours import Calendar, promise_due


def _note(act: Act, command: Command) -> Act:
    return act.then(Kind.NOTE_ADDED, text=command.rest) if command.rest else act


def _pass(act: Act, command: Command) -> Act:
    department = act.q.policy.department(command.rest)
    handler = act.q.policy.person(department.handler) if department else act.q.policy.person(command.rest.lower())
    if handler is None:
        known = ", ".join(d.name for d in act.q.policy.departments)
        raise Refused("unknown-department", f"#pass needs a team that exists: {known}.")
    act = act.then(Kind.CASE_PASSED, to=department.name if department else handler.department, handler=handler.id)
    notice = act.letters.notification(
        act.case,
        handler,
        cause=act.q.cause,
        now=act.q.now,
        words=act.said.body or act.case.words,
        reasons=("passed-on",),
        kind_of="passed",
        promise=next(iter(act.case.open_promises), None),
    )
    return act.write(notice)


def _promise(act: Act, command: Command) -> Act:
    due_at = when(command.rest, now=act.q.now, calendar=act.calendar)
    if due_at is None:
        raise Refused(
            "unreadable-time", "#promise needs a time to come, such as: #promise Fri 17:00, or #promise tomorrow."
        )
    if not act.said.body or act.is_note:
        raise Refused("promise-without-words", "A promise is made to the customer: write them a line below #promise.")
    return act.add(promising.made(act.case, "news", due_at, now=act.q.now, actor=act.person.id))


def _complex(act: Act, command: Command) -> Act:
    act = act.then(Kind.MARKED_COMPLEX, reason=command.rest or "said-by-staff")
    if act.case.open_promises or act.said.get("promise"):
        return act
    due_at = promise_due(act.q.now, act.q.brand.hours)
    kind = "news" if act.said.body and not act.is_note else "target"
    return act.add(promising.made(act.case, kind, due_at, now=act.q.now, actor=act.person.id))


def _resolve(act: Act, command: Command) -> Act:
    """Resolved is not yet followed up: that is owed unless it was settled at the first contact (seed 004, stage 3)."""
    resolution = command.rest or " ".join(act.said.body.split())[:200] or act.case.last_answer
    if not resolution:
        raise Refused("no-resolution", "Say in a few words what was done: #resolve replacement sent on Thursday.")
    if not act.said.body:
        act = act.add(*promising.kept(act.case, now=act.q.now, actor=act.person.id))
    owed = act.case.passed or act.case.complex or act.case.contacts > 1 or act.case.replies > 0
    act = act.then(Kind.CASE_RESOLVED, resolution=resolution, follow_up=owed)
    return _follow_up_task(act) if owed else act


def _follow_up_task(act: Act) -> Act:
    due_at = promising.follow_up_due(act.case, act.person.id, now=act.q.now, brand=act.q.brand)
    act = act.then(Kind.FOLLOW_UP_DUE, due_at=stamp(due_at))
    owner = act.q.policy.person(act.case.owner) or act.person
    return act.write(act.letters.follow_up_task(act.case, owner, cause=act.q.cause, now=act.q.now, due_at=due_at))


def _followup(act: Act, command: Command) -> Act:
    """The owner spoke to the customer: yes, no, or that nobody answered."""
    answer, _, more = command.rest.partition(" ")
    if more:
        act = act.then(Kind.NOTE_ADDED, text=more)
    today = act.calendar.local(act.q.now).date().isoformat()
    match answer.lower().rstrip(",.:"):
        case "yes" | "y":
            act = _resolved_first(act)
            return act.then(Kind.FOLLOW_UP_ANSWERED, answer="yes", on=today)
        case "no" | "n":
            act = act.then(Kind.FOLLOW_UP_ANSWERED, answer="no", on=today)
            return _reopened(act, "not-resolved")
        case "voicemail" | "no-answer" | "unreachable":
            return act.then(Kind.NOTE_ADDED, text=f"follow-up attempt: {answer.lower()}")
    raise Refused(
        "unreadable-followup", "#followup says how the call went: #followup yes, #followup no, or #followup voicemail."
    )


def _resolved_first(act: Act) -> Act:
    if act.case.status in (Status.FOLLOW_UP, Status.RESOLVED):
        return act
    if not (act.case.last_answer or act.said.body):
        raise Refused("no-resolution", "Resolve the case first: #resolve and what was done, then #followup yes.")
    resolution = act.case.last_answer or act.said.body[:200]
    return act.then(Kind.CASE_RESOLVED, resolution=resolution, follow_up=True)


def _reopen(act: Act, command: Command) -> Act:
    return _reopened(act, command.rest or "said-by-staff")


def _reopened(act: Act, reason: str) -> Act:
    act = act.then(Kind.CASE_REOPENED, reason=reason)
    due_at = promise_due(act.q.now, act.q.brand.hours)
    return act.add(promising.made(act.case, "target", due_at, now=act.q.now, actor=act.person.id))


def _idea(act: Act, command: Command) -> Act:
    text = command.rest or act.said.body
    if not text:
        raise Refused("no-idea", "Write the idea after #idea.")
    return act.then(Kind.IDEA_PROPOSED, text=text[:500])


def _status(act: Act, command: Command) -> Act:
    history = tuple(_line(event, act.calendar) for event in act.q.facts.history)
    return act.write(act.letters.status(act.case, act.person, cause=act.q.cause, now=act.q.now, history=history))


def _line(event: Event, calendar: Calendar) -> str:
    return f"{calendar.local(event.at):%Y-%m-%d %H:%M}  {event.kind.value.replace('_', ' ')}  ({event.actor})"


def _join(act: Act, command: Command) -> Act:
    """A held case belongs to another: the other takes in its contacts and keeps the earlier clock."""
    other = act.other
    if (
        act.case.status is not Status.HELD
        or other is None
        or (command.rest and _plain(command.rest) != _plain(other.ref))
    ):
        raise Refused("nothing-to-join", "#join works on a held case, with the reference that its notice names.")
    taken = {"from": act.case.ref, "received_at": stamp(act.case.received_at), "contacts": act.case.contacts}
    taken |= {"participants": list(act.case.participants), "thread": list(act.case.thread)}
    merged = Event(kind=Kind.CASE_MERGED, at=act.q.now, actor=act.person.id, data=taken)
    handler = act.q.policy.person(other.handler) or act.person
    notice = act.letters.notification(
        evolve(other, merged),
        handler,
        cause=act.q.cause,
        now=act.q.now,
        words=act.case.words,
        reasons=("joined-by-staff",),
        kind_of="again",
        promise=next(iter(other.open_promises), None),
    )
    act = act.add(*promising.kept(act.case, now=act.q.now, actor=act.person.id)).then(Kind.CASE_MERGED, into=other.ref)
    return replace(act, changes=(CaseChange(ref=other.ref, events=(merged,)),)).write(notice)


def _open(act: Act, command: Command) -> Act:
    if act.case.status is not Status.HELD:
        raise Refused("nothing-held", "#open works on a case that is held.")
    return act.then(Kind.CASE_RELEASED)


def _plain(ref: str) -> str:
    return "".join(c for c in ref.lower() if c.isalnum())


ORDERS: dict[str, Callable[[Act, Command], Act]] = {
    "note": _note,
    "pass": _pass,
    "promise": _promise,
    "complex": _complex,
    "resolve": _resolve,
    "followup": _followup,
    "idea": _idea,
    "reopen": _reopen,
    "status": _status,
    "join": _join,
    "open": _open,
}
