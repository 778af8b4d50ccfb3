"""After a case is resolved: the follow-up that is owed, how the call went, and taking a case up again (seed 004, stage 3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from intake.case import Kind, Status, stamp
from intake.deciding import promising
from intake.hours import promise_due
from intake.staff.acts import Act, Refused
from intake.staff.commands import Command

YES = frozenset({"yes", "y", "yes!", "ok", "happy"})
NO = frozenset({"no", "n", "not"})
NOBODY = frozenset({"voicemail", "no-answer", "noanswer", "unreachable", "nobody", "engaged", "busy"})
AGAIN = timedelta(hours=3)  # of working time, until the second call


def owe_follow_up(act: Act, due_at: datetime) -> Act:
    """A dated follow-up, and the task for the owner, who stays accountable for it."""
    act = act.then(Kind.FOLLOW_UP_DUE, due_at=stamp(due_at))
    owner = act.q.policy.person(act.case.owner) or act.person
    return act.write(act.letters.follow_up_task(act.case, owner, cause=act.q.cause, now=act.q.now, due_at=due_at))


def followup(act: Act, command: Command) -> Act:
    """Somebody spoke to the customer: yes, no, or that nobody answered."""
    answer, _, more = command.rest.partition(" ")
    answer = answer.lower().strip(",.:;-")
    if answer == "no" and more.lower().startswith("answer"):
        answer, more = "no-answer", more[len("answer") :].strip(" ,.:;-")
    if answer not in YES | NO | NOBODY:
        raise Refused(
            "unreadable-followup",
            "#followup says how the call went: #followup yes, #followup no, or #followup voicemail.",
        )
    act.needs(Status.OPEN, Status.INVESTIGATING, Status.FOLLOW_UP, Status.RESOLVED)
    if answer in NOBODY:
        return _attempted(act, answer, more)
    act = act.then(Kind.NOTE_ADDED, text=more) if more else act
    act = act.add(*promising.kept(act.case, now=act.q.now, actor=act.person.id))
    today = act.calendar.local(act.q.now).date().isoformat()
    if answer in YES:
        return _resolved_first(act).then(Kind.FOLLOW_UP_ANSWERED, answer="yes", on=today)
    act = act.then(Kind.FOLLOW_UP_ANSWERED, answer="no", on=today)
    return _reopened(act, "not-resolved")


def _attempted(act: Act, how: str, more: str) -> Act:
    """Tried and not reached: after the first call there is time for a second; then the customer is asked by mail."""
    act.needs(Status.FOLLOW_UP)
    act = act.then(Kind.FOLLOW_UP_ATTEMPTED, how=how, note=more)
    if act.case.follow_up_sent_at:
        return act
    if act.case.follow_up_attempts > 1:
        return act.then(Kind.FOLLOW_UP_DUE, due_at=stamp(act.q.now))
    second = act.calendar.add_working_time(act.q.now, AGAIN)
    return owe_follow_up(act, max(second, act.case.follow_up_due_at or second))


def _resolved_first(act: Act) -> Act:
    if act.case.status in (Status.FOLLOW_UP, Status.RESOLVED):
        return act
    resolution = act.case.last_answer or " ".join(act.said.body.split())[:200]
    if not resolution:
        raise Refused("no-resolution", "Resolve the case first: #resolve and what was done, then #followup yes.")
    return act.then(Kind.CASE_RESOLVED, resolution=resolution, follow_up=True)


def reopen(act: Act, command: Command) -> Act:
    """Take a case up again."""
    act.needs(Status.FOLLOW_UP, Status.RESOLVED)
    return _reopened(act, command.rest or "said-by-staff")


def _reopened(act: Act, reason: str) -> Act:
    """It is open again, with a time to aim at; whoever handles it is told."""
    act = act.then(Kind.CASE_REOPENED, reason=reason)
    if not act.case.open_promises:
        due_at = promise_due(act.q.now, act.brand.hours)
        act = act.add(promising.made(act.case, "target", due_at, now=act.q.now, actor=act.person.id))
    handler = act.q.policy.person(act.case.handler)
    return act.tell(handler, "reopened", "reopened-by-staff") if handler and handler != act.person else act
