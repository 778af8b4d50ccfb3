"""A customer's message on a case there is: what it answers, whether it reopens the case, who hears of it.

Seed 004: a repeat goes back to the case's handler; a yes to the follow-up settles the case, a no reopens it.
"""

from __future__ import annotations

from intake.case import Case, Event, Kind, Status
from intake.deciding import promising
from intake.deciding.acknowledging import acknowledged, already_told, withheld
from intake.deciding.answered import Answered, answered
from intake.deciding.decision import CaseChange, Decision
from intake.deciding.question import Judgement, Question
from intake.history import fold
from intake.hours import Calendar, promise_due
from intake.letters.kinds import About, Letters
from intake.letters.letter import Letter, LetterKind
from intake.policy import Person

ANSWERS = frozenset({"conversation", "signed-address", "message-id"})  # evidence that they answered us, not wrote anew


def join_case(q: Question, judgement: Judgement, case: Case, letters: Letters) -> Decision:
    """Attach the contact and do what it asks for."""
    said = answered(q, case)
    events = [_attached(q, judgement, case, said)]
    events += _first_time(q, judgement, case, said)
    events += _outcome(q, case, said)
    after = fold(case, events)
    why_not = _no_acknowledgement(q, judgement, case, after, said)
    then = _promise(q, after, said, told=why_not is None)
    then += [acknowledged(q.now, LetterKind.REPEAT_ACKNOWLEDGEMENT)] if why_not is None else []
    after = fold(after, then)
    return Decision(
        verdict=judgement.rule.verdict,
        reasons=(*judgement.reasons, *((f"no-acknowledgement:{why_not}",) if why_not else ())),
        hits=judgement.hits,
        misses=judgement.misses,
        case_ref=case.ref,
        changes=(CaseChange(ref=case.ref, events=(*events, *then)),),
        letters=tuple(_letters(q, judgement, case, after, why_not, letters)),
        score=judgement.finding.score,
    )


def _attached(q: Question, judgement: Judgement, case: Case, said: Answered) -> Event:
    """Who began in a chat and goes on by mail is answered by mail: the window may be closed by now."""
    by_mail = case.route.channel != "mail" and q.raw.media_type == "message/rfc822"
    return Event(
        kind=Kind.CONTACT_ATTACHED,
        at=q.now,
        actor="customer",
        data={
            "inbound_id": q.inbound_id,
            "evidence": list(judgement.reasons),
            "score": judgement.finding.score,
            "message_id": q.message.message_id,
            "subject": q.message.subject,
            "participant": q.sender,
            "address": q.signals.sender if by_mail else None,
            "matters": list(q.signals.matters),
            "machine": _perhaps_a_machine(q, said),
        },
    )


def _perhaps_a_machine(q: Question, said: Answered) -> bool:
    """It is marked as one's, or nothing speaks for a person: it answers no question of ours, and nobody vouches for it."""
    return bool(q.signals.auto_reply_reason) or not (said.first_time or q.proven)


def _first_time(q: Question, judgement: Judgement, case: Case, said: Answered) -> list[Event]:
    """The answer to the question; or they wrote anew about the same matter, so the register knows it."""
    if said.first_time:
        answer = {"answer": said.first_time}
        return [Event(kind=Kind.FIRST_TIME_ANSWERED, at=q.now, actor="customer", data=answer)]
    if _goes_on(judgement) or case.first_time == "no":
        return []
    data = {"evidence": list(judgement.finding.evidence)}
    return [Event(kind=Kind.REPEAT_DETECTED, at=q.now, actor="daemon", data=data)]


def _goes_on(judgement: Judgement) -> bool:
    """They answered us; they did not write anew."""
    return bool(ANSWERS & set(judgement.finding.evidence))


def _outcome(q: Question, case: Case, said: Answered) -> list[Event]:
    """Whether the words settle, reopen, or leave the case as it is."""
    if case.status not in (Status.FOLLOW_UP, Status.RESOLVED) and not _first_contact_settles(case):
        return []  # as most are, and whatever the words say
    match case.status, said.resolved:
        case Status.OPEN | Status.FOLLOW_UP | Status.RESOLVED, "yes":
            return _all_is_well(q, case)
        case Status.FOLLOW_UP, "no":
            told_us = _follow_up(q, "no") if said.follow_up else []
            return [*told_us, _reopened(q, "not-resolved")]
        case Status.FOLLOW_UP, _:
            return _follow_up(q, "unclear") if said.follow_up else []
        case Status.RESOLVED, _:
            return [] if said.thanks else [_reopened(q, "customer-wrote-again")]
    return []


def _all_is_well(q: Question, case: Case) -> list[Event]:
    """What that makes of the case. Nothing is owed to a customer who is content, so open promises are done."""
    done = promising.kept(case, now=q.now, actor="customer")
    if case.status is Status.FOLLOW_UP:
        return [*done, *_follow_up(q, "yes")]
    if not q.brand.promises.first_contact_counts:
        return []
    if case.status is Status.RESOLVED:
        return [] if case.followed_up else [*done, *_follow_up(q, "yes")]
    data = {"resolution": case.last_answer, "follow_up": False, "followed_up_on": _today(q)}
    return [*done, Event(kind=Kind.CASE_RESOLVED, at=q.now, actor="customer", data=data)]


def _first_contact_settles(case: Case) -> bool:
    """A person has answered, nobody has promised to do more, and the procedure owes no follow-up."""
    promised = any(promise.made_by != "daemon" for promise in case.open_promises)
    return case.replies > 0 and not promised and not case.complex and not case.passed


def _follow_up(q: Question, answer: str) -> list[Event]:
    data = {"answer": answer, "on": _today(q)}
    return [Event(kind=Kind.FOLLOW_UP_ANSWERED, at=q.now, actor="customer", data=data)]


def _reopened(q: Question, reason: str) -> Event:
    return Event(kind=Kind.CASE_REOPENED, at=q.now, actor="customer", data={"reason": reason})


def _today(q: Question) -> str:
    return Calendar(q.brand.hours).local(q.now).date().isoformat()


def _no_acknowledgement(q: Question, judgement: Judgement, before: Case, after: Case, said: Answered) -> str | None:
    """In a conversation that goes on, people answer, not machines: only a repeat or a reopening is acknowledged."""
    if after.status is Status.RESOLVED:
        return "all-is-well"
    reopened = after.reopened > before.reopened
    if not reopened and (_goes_on(judgement) or said.thanks):
        return "conversation-goes-on"
    limited = withheld(q, after.route.address, None if reopened else before.ref)
    return limited or already_told(before, reopened=reopened)


def _promise(q: Question, after: Case, said: Answered, *, told: bool) -> list[Event]:
    """Every message that is still open has a time by which a person answers. What was told before still holds."""
    if q.raw.quiet or after.status is Status.RESOLVED or said.thanks:
        return []
    if promising.told(after, q.now) or (after.open_promises and not told):
        return []
    due_at = promise_due(q.now, q.brand.hours)
    return [promising.made(after, "news" if told else "target", due_at, now=q.now)]


def _letters(
    q: Question, judgement: Judgement, before: Case, after: Case, why_not: str | None, letters: Letters
) -> list[Letter]:
    if q.raw.quiet:
        return []
    known = promising.told(after, q.now)
    out = []
    if why_not is None:
        out.append(letters.repeat_acknowledgement(after, cause=q.cause, now=q.now, promise=known))
    about: About = "reopened" if after.reopened > before.reopened else "again"
    out += [
        letters.notification(
            after,
            person,
            cause=q.cause,
            now=q.now,
            words=q.words or q.message.text,
            reasons=judgement.reasons,
            kind_of=about,
            promise=known or next(iter(after.open_promises), None),
            attachments=q.message.attachments,
            withheld=q.withheld,
        )
        for person in _readers(q, judgement, before, after)
    ]
    return out


def _readers(q: Question, judgement: Judgement, before: Case, after: Case) -> list[Person]:
    """The handler, or the owner where there is none any more; of a repeat and of a reopening also the seniors."""
    serious = after.reopened > before.reopened or not _goes_on(judgement)
    handler = q.policy.person(after.handler) or q.policy.person(after.owner) or q.policy.people[0]
    seniors = [p for p in map(q.policy.person, q.brand.seniors) if p is not None and p != handler]
    return [handler, *(seniors if serious else ())]
