"""What time alone makes of a case: reminders, honest letters about promises that cannot be kept, and the follow-up."""

from __future__ import annotations

from datetime import datetime

from intake import promising
from intake.case import Case, Event, Kind, Promise, Status
from intake.decision import CaseChange, Due
from intake.history import evolve
from intake.hours import promise_due
from intake.letter import Letter
from intake.letters import Letters
from intake.policy import Brand, Person, Policy


def due(case: Case, policy: Policy, letters: Letters, *, now: datetime) -> Due:
    """Everything that is due on a case at `now`, and when to look again."""
    brand = policy.brand(case.brand)
    events: list[Event] = []
    out: list[Letter] = []
    for promise in case.open_promises:
        step = _break if now >= promising.last_moment(promise, brand) else _nudge
        new, written = step(case, promise, brand, policy, letters, now)
        case = _fold(case, new)
        events += new
        out += written
    if _follow_up_is_due(case, now):
        sent = Event(kind=Kind.FOLLOW_UP_SENT, at=now, actor="daemon")
        out.append(letters.follow_up(case, cause=f"follow-up:{case.reopened}", now=now))
        case = evolve(case, sent)
        events.append(sent)
    changes = (CaseChange(ref=case.ref, events=tuple(events)),) if events else ()
    return Due(changes=changes, letters=tuple(out), next_look=promising.next_look(case, brand))


def _break(
    case: Case, promise: Promise, brand: Brand, policy: Policy, letters: Letters, now: datetime
) -> tuple[list[Event], list[Letter]]:
    """It cannot be kept any more. What the customer was told is renewed honestly before its time has passed; all are told."""
    told = promise.kind == "news"
    due_at = promising.renewal(now, brand) if told else promise_due(promising.renewal(now, brand), brand.hours)
    broken = Event(kind=Kind.PROMISE_BROKEN, at=now, actor="daemon", data={"id": promise.id})
    renewed = promising.made(case, promise.kind, due_at, now=now)
    cause = f"promise:{promise.id}"
    out = [_reminder(case, person, promise, cause, 100, letters, now) for person in _leaders(case, brand, policy)]
    if told:
        new = promising.promise_of(renewed)
        out.insert(0, letters.promise_broken(case, cause=cause, now=now, broken=promise, renewed=new))
    return [broken, renewed], out


def _nudge(
    case: Case, promise: Promise, brand: Brand, policy: Policy, letters: Letters, now: datetime
) -> tuple[list[Event], list[Letter]]:
    """One reminder for the highest share of the time that has gone."""
    reached = [percent for percent, at in promising.nudge_times(promise, brand) if now >= at]
    handler = policy.person(case.handler)
    if not reached or handler is None:
        return [], []
    percent = max(reached)
    nudged = Event(kind=Kind.HANDLER_NUDGED, at=now, actor="daemon", data={"id": promise.id, "percent": percent})
    return [nudged], [_reminder(case, handler, promise, f"promise:{promise.id}:{percent}", percent, letters, now)]


def _reminder(
    case: Case, person: Person, promise: Promise, cause: str, percent: int, letters: Letters, now: datetime
) -> Letter:
    return letters.nudge(case, person, cause=cause, now=now, promise=promise, percent=percent)


def _leaders(case: Case, brand: Brand, policy: Policy) -> list[Person]:
    wanted = dict.fromkeys((case.handler, case.owner, *brand.seniors))
    return [p for p in map(policy.person, wanted) if p is not None]


def _follow_up_is_due(case: Case, now: datetime) -> bool:
    waiting = case.status is Status.FOLLOW_UP and case.follow_up_sent_at is None
    return waiting and case.follow_up_due_at is not None and now >= case.follow_up_due_at


def _fold(case: Case, events: list[Event]) -> Case:
    for event in events:
        case = evolve(case, event)
    return case
