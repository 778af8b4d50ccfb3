"""A customer's message on a case there is: what it answers, whether it reopens the case, who hears of it.

Seed 004: a repeat goes back to the case's handler; a yes to the follow-up settles the case, a no reopens it.
"""

from __future__ import annotations

from intake.acknowledging import withheld
from intake.case import Case, Event, Kind, Promise, Status
from intake.cues import first_time_answer, says_resolved
from intake.decision import CaseChange, Decision
from intake.history import evolve
from intake.hours import Calendar, promise_due
from intake.letter import Letter
from intake.letters import About, Letters
from intake.policy import Person
from intake.promising import made, promise_of
from intake.question import Judgement, Question

ANSWERS = frozenset({"conversation", "signed-address", "message-id"})  # evidence that they answered us, not wrote anew


def join_case(q: Question, judgement: Judgement, case: Case, letters: Letters) -> Decision:
    """Attach the contact and do what it asks for."""
    events = [_attached(q, judgement)]
    events += _repeat(q, judgement, case)
    events += _first_time(q, case)
    events += _outcome(q, case)
    after = _fold(case, events)
    why_not = _no_acknowledgement(q, judgement, case, after)
    promise = _promise(q, after, told=why_not is None)
    events += [promise] if promise else []
    after = _fold(case, events)
    told = promise_of(promise) if promise else None
    return Decision(
        verdict=judgement.rule.verdict,
        reasons=(
            judgement.rule.name,
            *judgement.finding.evidence,
            *((f"no-acknowledgement:{why_not}",) if why_not else ()),
        ),
        hits=judgement.hits,
        misses=judgement.misses,
        case_ref=case.ref,
        changes=(CaseChange(ref=case.ref, events=tuple(events)),),
        letters=tuple(_letters(q, judgement, case, after, told, why_not, letters)),
        score=judgement.finding.score,
    )


def _attached(q: Question, judgement: Judgement) -> Event:
    return Event(
        kind=Kind.CONTACT_ATTACHED,
        at=q.now,
        actor="customer",
        data={
            "inbound_id": q.inbound_id,
            "evidence": [judgement.rule.name, *judgement.finding.evidence],
            "score": judgement.finding.score,
            "message_id": q.message.message_id,
            "subject": q.message.subject,
            "participant": q.sender,
            "matters": list(q.signals.matters),
        },
    )


def _repeat(q: Question, judgement: Judgement, case: Case) -> list[Event]:
    """They wrote anew about the same matter: the register knows that it is not their first time."""
    if ANSWERS & set(judgement.finding.evidence) or case.first_time == "no":
        return []
    return [
        Event(kind=Kind.REPEAT_DETECTED, at=q.now, actor="daemon", data={"evidence": list(judgement.finding.evidence)})
    ]


def _first_time(q: Question, case: Case) -> list[Event]:
    answer = first_time_answer(q.message.reply) if case.first_time == "asked" else ""
    if not answer:
        return []
    return [Event(kind=Kind.FIRST_TIME_ANSWERED, at=q.now, actor="customer", data={"answer": answer})]


def _outcome(q: Question, case: Case) -> list[Event]:
    """Whether the words settle, reopen, or leave the case as it is."""
    said = says_resolved(q.message.reply)
    today = Calendar(q.brand.hours).local(q.now).date().isoformat()
    if case.status is Status.FOLLOW_UP:
        return _follow_up_answer(q, said, today)
    if case.status is Status.RESOLVED and said == "yes":
        return (
            _follow_up_answer(q, said, today) if not case.followed_up and q.brand.promises.first_contact_counts else []
        )
    if case.status is Status.RESOLVED:
        return [Event(kind=Kind.CASE_REOPENED, at=q.now, actor="customer", data={"reason": "customer-wrote-again"})]
    if said == "yes" and _first_contact_settles(q, case):
        data = {"resolution": case.last_answer, "follow_up": False, "followed_up_on": today}
        return [Event(kind=Kind.CASE_RESOLVED, at=q.now, actor="customer", data=data)]
    return []


def _follow_up_answer(q: Question, said: str, today: str) -> list[Event]:
    answered = Event(kind=Kind.FOLLOW_UP_ANSWERED, at=q.now, actor="customer", data={"answer": said, "on": today})
    if said != "no":
        return [answered]
    return [answered, Event(kind=Kind.CASE_REOPENED, at=q.now, actor="customer", data={"reason": "not-resolved"})]


def _first_contact_settles(q: Question, case: Case) -> bool:
    """All is well after the first answer, and the procedure owes no follow-up."""
    simple = not case.complex and not case.passed and case.status is Status.OPEN
    return q.brand.promises.first_contact_counts and simple and case.replies > 0


def _no_acknowledgement(q: Question, judgement: Judgement, before: Case, after: Case) -> str | None:
    """In a conversation that goes on, people answer, not machines: only a repeat or a reopening is acknowledged."""
    reopened = after.reopened > before.reopened
    if not reopened and ANSWERS & set(judgement.finding.evidence):
        return "conversation-goes-on"
    if after.status is Status.RESOLVED:
        return "all-is-well"
    return withheld(q, before.ref)


def _promise(q: Question, after: Case, *, told: bool) -> Event | None:
    """Every open message has a time by which a person answers; one that was told before still holds."""
    if q.raw.quiet or after.status is Status.RESOLVED or after.open_promises:
        return None
    return made(after, "news" if told else "target", promise_due(q.now, q.brand.hours), now=q.now)


def _letters(
    q: Question,
    judgement: Judgement,
    before: Case,
    after: Case,
    promise: Promise | None,
    why_not: str | None,
    letters: Letters,
) -> list[Letter]:
    if q.raw.quiet:
        return []
    out = []
    if why_not is None:
        pending = promise or next(iter(after.open_promises), None)
        out.append(letters.repeat_acknowledgement(after, cause=q.cause, now=q.now, promise=pending))
    kind_of: About = "reopened" if after.reopened > before.reopened else "again"
    out += [
        letters.notification(
            after,
            person,
            cause=q.cause,
            now=q.now,
            words=q.message.reply or q.message.text,
            reasons=(judgement.rule.name, *judgement.finding.evidence),
            kind_of=kind_of,
            promise=promise or next(iter(after.open_promises), None),
            attachments=q.message.attachments,
        )
        for person in _readers(q, judgement, before, after)
    ]
    return out


def _readers(q: Question, judgement: Judgement, before: Case, after: Case) -> list[Person]:
    """The handler; of a repeat and of a reopening also the seniors."""
    serious = after.reopened > before.reopened or not (ANSWERS & set(judgement.finding.evidence))
    wanted = dict.fromkeys((after.handler, *(q.brand.seniors if serious else ())))
    return [p for p in map(q.policy.person, wanted) if p is not None]


def _fold(case: Case, events: list[Event]) -> Case:
    for event in events:
        case = evolve(case, event)
    return case
