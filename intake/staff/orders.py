"""The staff commands, one function each: what it needs, what it changes, and what it refuses with which words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from intake.case import Kind, Status
from intake.deciding import promising
from intake.hours import promise_due
from intake.staff.acts import Act, Refused
from intake.staff.commands import Command
from intake.staff.following_up import followup, owe_follow_up, reopen
from intake.staff.placing import join, open_held
from intake.staff.teams import receiver
from intake.staff.telling import told
from intake.staff.times import moment

FURTHEST = timedelta(days=366)  # that a promise lies ahead; further is a slip of the finger
UNSOLVED = (Status.OPEN, Status.INVESTIGATING)


def _note(act: Act, command: Command) -> Act:
    return act.then(Kind.NOTE_ADDED, text=command.rest) if command.rest else act


def _reply(act: Act, command: Command) -> Act:
    """It says whom the words are for, and does nothing itself."""
    if command.rest:
        raise Refused(
            "reply-on-the-line", "Write #reply on a line of its own, and what the customer shall read below it."
        )
    if not act.said.body:
        raise Refused("nothing-written", "There was nothing below #reply, so nothing was sent.")
    return act


def _pass(act: Act, command: Command) -> Act:
    act.needs(*UNSOLVED)
    to = receiver(act.q.policy, command.rest)
    if to.handler.id == act.case.handler:
        raise Refused("already-there", f"The case is with {to.handler.name} already. Teams are: {to.teams}.")
    if to.note:
        act = act.then(Kind.NOTE_ADDED, text=to.note)
    act = act.then(Kind.CASE_PASSED, to=to.department, handler=to.handler.id)
    return act.tell(to.handler, "passed", "passed-on", words="\n\n".join(filter(None, (to.note, act.said.body))))


def _promise(act: Act, command: Command) -> Act:
    act.needs(*UNSOLVED, Status.HELD, Status.FOLLOW_UP)
    due_at = moment(command.rest, now=act.q.now, calendar=act.calendar)
    if due_at is None:
        raise Refused(
            "unreadable-time",
            f"We cannot tell when that is: {command.rest or '(nothing)'}. "
            "Write it like this: #promise Fri 17:00, #promise tomorrow noon, or #promise 22 Jan 10:30.",
        )
    if not act.q.now < due_at < act.q.now + FURTHEST:
        said = f"{act.calendar.local(due_at):%A %d %B %Y at %H:%M}"
        raise Refused("time-not-to-come", f"A promise needs a time to come, within a year, and that is {said}.")
    if not act.answers:
        raise Refused(
            "promise-without-words",
            "A promise is made to the customer: write them a line below #promise, with #reply above it "
            "if your replies are notes otherwise.",
        )
    return act.add(promising.made(act.case, "news", due_at, now=act.q.now, actor=act.person.id))


def _complex(act: Act, command: Command) -> Act:
    act.needs(*UNSOLVED)
    act = act.then(Kind.MARKED_COMPLEX, reason=command.rest or "said-by-staff")
    if act.case.open_promises or act.said.get("promise"):
        return act
    kind = "news" if act.answers else "target"
    due_at = promise_due(act.q.now, act.brand.hours)
    return act.add(promising.made(act.case, kind, due_at, now=act.q.now, actor=act.person.id))


def _resolve(act: Act, command: Command) -> Act:
    """Resolved is not yet followed up: that is owed unless it was settled at the first contact (seed 004, stage 3)."""
    act.needs(*UNSOLVED)
    if act.said.get("promise"):
        raise Refused("resolve-and-promise", "What is resolved needs no further promise: send #resolve or #promise.")
    resolution = command.rest or " ".join(act.said.body.split())[:200] or act.case.last_answer
    if not resolution:
        raise Refused("no-resolution", "Say in a few words what was done: #resolve replacement sent on Thursday.")
    act = act.add(*promising.kept(act.case, now=act.q.now, actor=act.person.id, kinds=("target",)))
    case = act.case
    repeated = case.contacts > 1 or case.replies > 0 or case.reopened > 0 or case.first_time == "no"
    waits_for = None if act.answers else promising.told(case, act.q.now)  # nobody has told them yet
    owed = case.passed or case.complex or repeated or waits_for is not None
    act = act.then(Kind.CASE_RESOLVED, resolution=resolution, follow_up=owed)
    if not owed:
        return act
    due_at = promising.follow_up_due(case, act.person.id, now=act.q.now, brand=act.brand, waits_for=waits_for)
    return owe_follow_up(act, due_at)


def _idea(act: Act, command: Command) -> Act:
    text = command.rest or act.said.body
    if not text:
        raise Refused("no-idea", "Write the idea after #idea.")
    return act.then(Kind.IDEA_PROPOSED, text=text[:500])


def _status(act: Act, command: Command) -> Act:
    events = (*act.q.facts.history, *act.events)
    history = tuple(told(event, act.calendar, act.q.policy) for event in events)
    return act.write(act.letters.status(act.case, act.person, cause=act.q.cause, now=act.q.now, history=history))


ORDERS: dict[str, Callable[[Act, Command], Act]] = {
    "note": _note,
    "reply": _reply,
    "pass": _pass,
    "promise": _promise,
    "complex": _complex,
    "resolve": _resolve,
    "followup": followup,
    "idea": _idea,
    "reopen": reopen,
    "status": _status,
    "join": join,
    "open": open_held,
}
