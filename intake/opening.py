"""Opening a case: the owner, the promise, the acknowledgement and the notice to staff (seed 004, stage 1)."""

from __future__ import annotations

from datetime import timedelta

from intake.acknowledging import withheld
from intake.case import Case, Event, Kind, Promise, Route, stamp
from intake.cues import first_time_answer
from intake.decision import CaseChange, Decision, Hold, Verdict
from intake.history import evolve
from intake.hours import Calendar, promise_due
from intake.identity import canonical
from intake.letter import Letter
from intake.letters import Letters
from intake.matters import summary
from intake.message import Address
from intake.policy import Person
from intake.promising import made, promise_of
from intake.question import Judgement, Question
from intake.signals import Origin

MANY_POINTS = 3  # separate issues from which on a complaint counts as complex


def open_case(q: Question, judgement: Judgement, ref: str, letters: Letters) -> Decision:
    """A case of its own. On HOLD it is one until a person has placed it, so that clocks and register miss nothing."""
    why_not = withheld(q)
    owner = judgement.finding.person or _owner(q)
    events = [_opened(q, judgement, ref, owner)]
    events += _related(q, judgement)
    events += _complexity(q)
    events += _first_time(q, acknowledged=why_not is None)
    promise = _promise(q, told=why_not is None)
    events += [promise] if promise else []
    events.append(_acknowledgement_event(q, why_not))
    case = _fold(events)
    return Decision(
        verdict=judgement.rule.verdict,
        reasons=(
            judgement.rule.name,
            *judgement.finding.evidence,
            *((f"no-acknowledgement:{why_not}",) if why_not else ()),
        ),
        hits=judgement.hits,
        misses=judgement.misses,
        case_ref=ref,
        changes=(CaseChange(ref=ref, events=tuple(events)),),
        letters=tuple(_letters(q, judgement, case, promise_of(promise) if promise else None, why_not, letters)),
        hold=Hold(reason=judgement.rule.name, person=case.handler, case_ref=ref) if _held(judgement) else None,
        party=judgement.rule.party,
        score=judgement.finding.score,
    )


def _held(judgement: Judgement) -> bool:
    return judgement.rule.verdict is Verdict.HOLD


def _opened(q: Question, judgement: Judgement, ref: str, owner: Person) -> Event:
    customer, route = _customer(q)
    takes_part = dict.fromkeys(x for x in (route.address, q.signals.sender, q.message.conversation) if x)
    return Event(
        kind=Kind.CASE_OPENED,
        at=q.now,
        actor="customer",
        data={
            "ref": ref,
            "brand": q.brand.id,
            "status": "held" if _held(judgement) else "open",
            "customer_name": customer.name or q.facts.contact_name,
            "channel": route.channel,
            "address": route.address,
            "participants": list(takes_part) if judgement.rule.party == "customer" else [route.address],
            "owner": owner.id,
            "handler": owner.id,
            "department": owner.department,
            "received_at": stamp(q.raw.received_at),
            "issue": summary(q.message),
            "matters": list(q.signals.matters),
            "language": q.signals.language,
            "words": (q.message.reply or q.message.text)[:4000],
            "subject": q.message.subject,
            "message_id": q.message.message_id,
            "inbound_id": q.inbound_id,
        },
    )


def _customer(q: Question) -> tuple[Address, Route]:
    """Who complains and how they are reached. Of a mail that staff forward, it is the one who wrote it first."""
    forwarded = q.message.forwarded
    if forwarded is not None and q.policy.person_at(q.signals.sender):
        name, _, email = forwarded.from_.rpartition("<")
        address = canonical(email.strip(" <>")) or ""
        return Address(name=name.strip(' "') or address, email=address), Route(channel="mail", address=address)
    if q.message.conversation and (q.raw.channel == "chat" or not q.signals.sender):
        return _name(q), Route(channel=q.raw.account, address=q.message.conversation)
    return _name(q), Route(channel="mail", address=q.signals.sender or "")


def _name(q: Question) -> Address:
    return Address(name=q.signals.sender_name, email=q.signals.sender or "")


def _owner(q: Question) -> Person:
    """The rota names who is accountable: of those on duty the one with the fewest open cases."""
    calendar = Calendar(q.brand.hours)
    day = calendar.local(q.now).date()
    for ahead in range(7):
        on_duty = q.brand.rota.get((day + timedelta(days=ahead)).strftime("%a").lower(), ())
        people = [p for p in map(q.policy.person, on_duty) if p is not None]
        if people:
            return min(people, key=lambda p: q.facts.open_cases_of.get(p.id, 0))
    return q.policy.people[0]


def _related(q: Question, judgement: Judgement) -> list[Event]:
    """On HOLD: which case it may belong to. On OPEN: nothing."""
    other = judgement.finding.case
    if other is None:
        return []
    data = {"ref": other.ref, "evidence": list(judgement.finding.evidence), "score": judgement.finding.score}
    return [Event(kind=Kind.POSSIBLY_RELATED, at=q.now, actor="daemon", data=data)]


def _complexity(q: Question) -> list[Event]:
    if q.signals.points < MANY_POINTS and "complex" not in q.signals.cues:
        return []
    reason = "several-points" if q.signals.points >= MANY_POINTS else "sounds-complex"
    return [Event(kind=Kind.MARKED_COMPLEX, at=q.now, actor="daemon", data={"reason": reason})]


def _first_time(q: Question, *, acknowledged: bool) -> list[Event]:
    """The procedure's first question, unless the customer or the register has answered it already."""
    said = first_time_answer(q.message.reply) or ("no" if "repetition" in q.signals.cues else "")
    if said:
        return [Event(kind=Kind.FIRST_TIME_ANSWERED, at=q.now, actor="customer", data={"answer": said})]
    if not acknowledged or q.facts.of_contact:
        return []
    return [Event(kind=Kind.FIRST_TIME_ASKED, at=q.now, actor="daemon")]


def _promise(q: Question, *, told: bool) -> Event | None:
    """Counted from now, not from the Date header: "today" must still be possible when the letter is written."""
    if q.raw.quiet:
        return None
    return made(None, "news" if told else "target", promise_due(q.now, q.brand.hours), now=q.now)


def _acknowledgement_event(q: Question, why_not: str | None) -> Event:
    if why_not is None:
        return Event(kind=Kind.ACKNOWLEDGED, at=q.now, actor="daemon")
    return Event(kind=Kind.ACKNOWLEDGEMENT_WITHHELD, at=q.now, actor="daemon", data={"reason": why_not})


def _fold(events: list[Event]) -> Case:
    case: Case | None = None
    for event in events:
        case = evolve(case, event)
    assert case is not None  # noqa: S101 - the first event opens it
    return case


def _letters(
    q: Question, judgement: Judgement, case: Case, promise: Promise | None, why_not: str | None, letters: Letters
) -> list[Letter]:
    if q.raw.quiet:
        return []
    asked = case.first_time == "asked"
    out = []
    if why_not is None:
        out.append(letters.acknowledgement(case, cause=q.cause, now=q.now, promise=promise, ask_first_time=asked))
    handler = q.policy.person(case.handler)
    if handler is not None and not (judgement.rule.party == "robot" and q.signals.origin is Origin.LIST):
        out.append(
            letters.notification(
                case,
                handler,
                cause=q.cause,
                now=q.now,
                words=q.message.reply or q.message.text,
                reasons=(judgement.rule.name, *judgement.finding.evidence),
                kind_of="held" if _held(judgement) else "new",
                promise=promise,
                attachments=q.message.attachments,
            )
        )
    return out
