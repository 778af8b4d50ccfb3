"""What a proven member of staff does with a case by answering a mail: words to the customer, notes, and commands.

Everything in one mail is done, or nothing is: a command that cannot be carried out is refused with the reason, and the mail
can be sent again corrected. Words go to the customer unless the address, `#note` or the brand says that they are a note.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from intake import promising
from intake.case import Case, Event, Kind, Status, evolve, stamp
from intake.commands import Command, Instructions, read, when
from intake.decision import CaseChange, Decision, Verdict
from intake.hours import Calendar, promise_due
from intake.letter import Letter
from intake.letters import Letters
from intake.policy import Person
from intake.relay import clean, passable
from intake.rules import Judgement, Question
from intake.signals import Direction


class Refused(Exception):  # noqa: N818
    """A command that cannot be carried out: a slug and the words for its author."""

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(slug)
        self.slug = slug
        self.detail = detail


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """A staff mail being carried out: the case as it has become so far, and what is to be written."""

    q: Question
    person: Person
    said: Instructions
    case: Case
    letters: Letters
    other: Case | None = None  # the case that a held one may belong to
    events: tuple[Event, ...] = ()
    changes: tuple[CaseChange, ...] = ()  # to other cases
    out: tuple[Letter, ...] = ()

    def then(self, kind: Kind, **data: object) -> Act:
        return self.add(Event(kind=kind, at=self.q.now, actor=self.person.id, data=data))

    def add(self, *events: Event) -> Act:
        case = self.case
        for event in events:
            case = evolve(case, event)
        return replace(self, case=case, events=(*self.events, *events))

    def write(self, letter: Letter) -> Act:
        return replace(self, out=(*self.out, letter))

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.q.brand.hours)


def carry_out(q: Question, judgement: Judgement, case: Case, letters: Letters) -> Decision:
    """Do what a proven member of staff wrote on a case."""
    person = judgement.finding.person
    assert person is not None  # noqa: S101 - the rule found one
    said = read(clean(q.message, person, q.policy))
    other = next((c for c in q.facts.related if c.ref in case.related), None)
    act = Act(q=q, person=person, said=said, case=case, letters=letters, other=other)
    try:
        act = _words(_commands(act))
    except Refused as refused:
        return _refusal(q, judgement, case, person, refused, letters)
    return Decision(
        verdict=Verdict.APPEND,
        reasons=(judgement.rule.name, *(f"command:{c.name}" for c in said.commands)),
        hits=judgement.hits,
        misses=judgement.misses,
        case_ref=case.ref,
        changes=(CaseChange(ref=case.ref, events=act.events), *act.changes),
        letters=act.out,
        party="staff",
    )


def _refusal(
    q: Question, judgement: Judgement, case: Case, person: Person, refused: Refused, letters: Letters
) -> Decision:
    letter = letters.refusal(
        person,
        brand=q.brand,
        case=case,
        cause=q.cause,
        now=q.now,
        reason=refused.slug,
        detail=refused.detail,
        subject=q.message.subject,
    )
    return Decision(
        verdict=Verdict.RECORD,
        reasons=(judgement.rule.name, f"refused:{refused.slug}"),
        hits=judgement.hits,
        misses=judgement.misses,
        case_ref=case.ref,
        letters=(letter,),
        party="staff",
    )


def _commands(act: Act) -> Act:
    for unknown in act.said.unknown:
        hint = f" Did you mean #{unknown.near}?" if unknown.near else ""
        raise Refused("unknown-command", f"#{unknown.word} is not a command.{hint}")
    for command in act.said.commands:
        act = DO[command.name](act, command)
    return act


def _words(act: Act) -> Act:
    """The text below the commands: to the customer, or a note."""
    body = act.said.body
    if not body:
        if not act.said.commands:
            raise Refused("nothing-written", "There was nothing above the quoted text, so nothing was sent.")
        return act
    if _is_note(act):
        return act.then(Kind.NOTE_ADDED, text=body[:20000])
    return _reply(act, body)


def _is_note(act: Act) -> bool:
    by_address = any(t.direction is Direction.NOTE for t in act.q.signals.tokens)
    internal = {"note", "pass", "status", "reopen", "join", "open", "followup", "idea"}
    commanded = any(c.name in internal for c in act.said.commands)
    return by_address or commanded or act.q.brand.staff_reply == "note"


def _reply(act: Act, body: str) -> Act:
    """The customer hears from a person: that keeps what was promised before this mail, not what it newly promises."""
    made_now = {e.data["id"] for e in act.events if e.kind is Kind.PROMISE_MADE}
    old = [p for p in act.case.open_promises if p.id not in made_now]
    told = next((p for p in act.case.open_promises if p.id in made_now), None)
    for promise in old:
        act = act.then(Kind.PROMISE_KEPT, id=promise.id)
    letter = act.letters.reply(
        act.case,
        act.person,
        cause=act.q.cause,
        now=act.q.now,
        text=body,
        promise=told,
        attachments=passable(act.q.message),
    )
    return act.then(Kind.REPLY_SENT, text=body[:20000]).write(letter)


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
    if not act.said.body or _is_note(act):
        raise Refused("promise-without-words", "A promise is made to the customer: write them a line below #promise.")
    return act.add(promising.made(act.case, "news", due_at, now=act.q.now, actor=act.person.id))


def _complex(act: Act, command: Command) -> Act:
    act = act.then(Kind.MARKED_COMPLEX, reason=command.rest or "said-by-staff")
    if act.case.open_promises or act.said.get("promise"):
        return act
    due_at = promise_due(act.q.now, act.q.brand.hours)
    kind = "news" if act.said.body and not _is_note(act) else "target"
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


DO: dict[str, Callable[[Act, Command], Act]] = {
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
