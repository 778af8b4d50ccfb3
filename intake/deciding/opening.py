"""Opening a case: the owner, the promise, the acknowledgement and the notice to staff (seed 004, stage 1)."""

from __future__ import annotations

from datetime import timedelta

from intake.case import Case, Event, Kind, Promise, Route, stamp
from intake.cues import first_time_answer
from intake.deciding.acknowledging import REPEATS_ITSELF, acknowledged, repeats_itself, withheld
from intake.deciding.decision import CaseChange, Decision, Hold
from intake.deciding.promising import made, promise_of
from intake.deciding.question import Judgement, Question
from intake.history import replay
from intake.hours import Calendar, promise_due
from intake.letters.kinds import Letters
from intake.letters.letter import Letter, LetterKind
from intake.matters import summary
from intake.message import Address, Forwarded
from intake.policy import Person
from intake.senders.identity import canonical
from intake.tokens import untagged

MANY_POINTS = 3  # separate issues from which on a complaint counts as complex


def open_case(q: Question, judgement: Judgement, ref: str, letters: Letters) -> Decision:
    """A case of its own. On HOLD it is one until a person has placed it, so that clocks and register miss nothing."""
    customer, route = _customer(q, judgement)
    why_not = withheld(q, route.address) or repeats_itself(q)
    events = [_opened(q, judgement, ref, customer, route)]
    events += _related(q, judgement)
    events += _complexity(q)
    events += _first_time(q, ask=why_not is None and not judgement.held)
    promise = _promise(q, told=why_not is None)
    events += [promise] if promise else []
    events.append(_acknowledgement_event(q, why_not))
    case = replay(events)
    return Decision(
        verdict=judgement.rule.verdict,
        reasons=(*judgement.reasons, *((f"no-acknowledgement:{why_not}",) if why_not else ())),
        hits=judgement.hits,
        misses=judgement.misses,
        case_ref=ref,
        changes=(CaseChange(ref=ref, events=tuple(events)),),
        letters=tuple(_letters(q, judgement, case, promise_of(promise) if promise else None, why_not, letters)),
        hold=Hold(reason=judgement.rule.name, person=case.handler, case_ref=ref) if judgement.held else None,
        party=judgement.rule.party,
        score=judgement.finding.score,
    )


def _opened(q: Question, judgement: Judgement, ref: str, customer: Address, route: Route) -> Event:
    owner = _owner(q, judgement)
    takes_part = dict.fromkeys(x for x in (route.address, q.signals.sender, q.message.conversation) if x)
    return Event(
        kind=Kind.CASE_OPENED,
        at=q.now,
        actor="customer",
        data={
            "ref": ref,
            "brand": q.brand.id,
            "status": "held" if judgement.held else "open",
            "customer_name": customer.name or q.facts.contact_name,
            "channel": route.channel,
            "address": route.address,
            "participants": [route.address] if judgement.rule.party == "staff" else list(takes_part),
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


def _customer(q: Question, judgement: Judgement) -> tuple[Address, Route]:
    """Who complains and how they are reached. Of a mail that staff forward, it is the one who wrote it first."""
    forwarded = q.message.forwarded
    if forwarded is not None and judgement.rule.party == "staff":
        return _first_author(q, forwarded)
    name = Address(name=q.signals.sender_name, email=q.signals.sender or "")
    if q.message.conversation and (q.raw.channel == "chat" or not q.signals.sender):
        return name, Route(channel=q.raw.account, address=q.message.conversation)
    return name, Route(channel="mail", address=q.signals.sender or "")


def _first_author(q: Question, forwarded: Forwarded) -> tuple[Address, Route]:
    """Only an address that can be nobody else's is one: none of ours, and none that two readers could read apart."""
    name, _, email = forwarded.from_.rpartition("<")
    address = canonical(email.strip(" <>")) or ""
    if address and q.policy.brand_at(untagged(address)):
        address = ""
    return Address(name=name.strip(' "') or address, email=address), Route(channel="mail", address=address)


def _owner(q: Question, judgement: Judgement) -> Person:
    """Who is accountable: the first of us to receive it, who knows the matter already, or whom the rota names."""
    other = judgement.finding.case
    return judgement.finding.person or (q.policy.person(other.handler) if other else None) or _on_duty(q)


def _on_duty(q: Question) -> Person:
    """Of those on duty today, or on the next day that has anybody, the one with the fewest open cases."""
    day = Calendar(q.brand.hours).local(q.now).date()
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


def _first_time(q: Question, *, ask: bool) -> list[Event]:
    """The procedure's first question, unless the customer has answered it already or the register may know better."""
    said = first_time_answer(q.message.reply, asked=False) or ("no" if "repetition" in q.signals.cues else "")
    if said:
        return [Event(kind=Kind.FIRST_TIME_ANSWERED, at=q.now, actor="customer", data={"answer": said})]
    return [Event(kind=Kind.FIRST_TIME_ASKED, at=q.now, actor="daemon")] if ask else []


def _promise(q: Question, *, told: bool) -> Event | None:
    """Counted from now, not from the Date header: "today" must still be possible when the letter is written."""
    if q.raw.quiet:
        return None
    return made(None, "news" if told else "target", promise_due(q.now, q.brand.hours), now=q.now)


def _acknowledgement_event(q: Question, why_not: str | None) -> Event:
    if why_not is None:
        return acknowledged(q.now, LetterKind.ACKNOWLEDGEMENT)
    machine = why_not == REPEATS_ITSELF or bool(q.signals.auto_reply_reason)
    data = {"reason": why_not, "machine": machine}
    return Event(kind=Kind.ACKNOWLEDGEMENT_WITHHELD, at=q.now, actor="daemon", data=data)


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
    if handler is not None:
        out.append(
            letters.notification(
                case,
                handler,
                cause=q.cause,
                now=q.now,
                words=q.message.reply or q.message.text,
                reasons=judgement.reasons,
                kind_of="held" if judgement.held else "new",
                promise=promise,
                attachments=q.message.attachments,
                withheld=q.withheld,
            )
        )
    return out
