"""The decision: facts in, a `Decision` out. Pure: the same question gives the same answer on any machine at any time.

The rule table says whose message it is and what becomes of it; from there one function a verdict and party says what follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from intake.case import Event, Kind
from intake.deciding.decision import CaseChange, Confirmation, Decision, Hold, Verdict
from intake.deciding.joining import join_case
from intake.deciding.opening import open_case
from intake.deciding.question import Judgement, Question
from intake.deciding.rules import judge
from intake.deciding.undelivered import failure, notice
from intake.letters.kinds import Letters
from intake.letters.letter import Letter
from intake.policy import Person
from intake.signals import Direction, Origin
from intake.staff.mail import carry_out

NOTICES_PER_DAY = 3  # to one member of staff about mail in their name; more of it stands in a digest
SHOWN = 1_000  # characters of a held mail


def decide(q: Question, letters: Letters, new_ref: Callable[[], str]) -> Decision:
    """What is to be done about one message. `new_ref` gives the reference of a new case, and is called only for one."""
    decided = _decide(q, letters, new_ref)
    return replace(decided, reasons=(*decided.reasons, q.withheld)) if q.withheld else decided


def _decide(q: Question, letters: Letters, new_ref: Callable[[], str]) -> Decision:
    judgement = judge(q)
    match judgement.rule.verdict, judgement.rule.party:
        case Verdict.APPEND, "staff":
            return _on_case(q, judgement, letters, carry_out)
        case Verdict.APPEND, _:
            return _on_case(q, judgement, letters, join_case)
        case Verdict.OPEN, _:
            return open_case(q, judgement, new_ref(), letters)
        case Verdict.HOLD, "customer":
            return open_case(q, judgement, new_ref(), letters)
        case Verdict.HOLD, _:
            return _hold(q, judgement, letters)
        case Verdict.RECORD, "staff":
            return _confirm(q, judgement)
        case Verdict.RECORD, _:
            return _record(q, judgement, letters)
    return _plain(judgement)


def _on_case(q: Question, judgement: Judgement, letters: Letters, act: Callable[..., Decision]) -> Decision:
    case = judgement.finding.case
    assert case is not None  # noqa: S101 - a rule with APPEND finds a case
    return act(q, judgement, case, letters)


def _confirm(q: Question, judgement: Judgement) -> Decision:
    """Have the mail that is held decided anew."""
    held = next(t.held for t in q.signals.tokens if t.direction is Direction.CONFIRM)
    person = judgement.finding.person
    assert person is not None  # noqa: S101 - the rule found one
    return replace(_plain(judgement), confirms=Confirmation(inbound_id=held, person=person.id))


def _plain(judgement: Judgement) -> Decision:
    """No effect beyond being kept."""
    case = judgement.finding.case
    return Decision(
        verdict=judgement.rule.verdict,
        reasons=(judgement.rule.name, *judgement.finding.evidence),
        hits=judgement.hits,
        misses=judgement.misses,
        case_ref=case.ref if case else None,
        party=judgement.rule.party,
        score=judgement.finding.score,
    )


def _record(q: Question, judgement: Judgement, letters: Letters) -> Decision:
    """A machine's message, noted on its case. A letter of ours that failed is told to whoever handles the case."""
    plain = _plain(judgement)
    case = judgement.finding.case
    if case is None:
        return plain
    failed = [r for r in q.signals.reports if r.action in ("", "failed")] if q.signals.origin is Origin.BOUNCE else []
    data = {"inbound_id": q.inbound_id, "origin": q.signals.origin.value}
    noted = Event(kind=Kind.REPORT_NOTED, at=q.now, actor="daemon", data=data)
    events = (noted, *(failure(each, now=q.now) for each in failed))
    handler = q.policy.person(case.handler) if failed else None
    told = (notice(case, failed[0], handler, q.brand, letters, cause=q.cause, now=q.now),) if handler else ()
    return replace(plain, changes=(CaseChange(ref=case.ref, events=events),), letters=told, party="robot")


def _hold(q: Question, judgement: Judgement, letters: Letters) -> Decision:
    """Kept for a person, without a case: staff mail that is not proven, and machines that say nothing we know."""
    plain = _plain(judgement)
    reason, person = plain.reasons[:2][-1], judgement.finding.person
    tell = person is not None and not q.raw.quiet and q.facts.hold_notices_24h < NOTICES_PER_DAY
    hold = Hold(
        reason=reason, person=person.id if person else "", case_ref=plain.case_ref or "", told=tell or person is None
    )
    return replace(
        plain, letters=(_notice(q, judgement, person, reason, letters),) if person and tell else (), hold=hold
    )


def _notice(q: Question, judgement: Judgement, person: Person, reason: str, letters: Letters) -> Letter:
    """What was held in their name, and how they say that it was theirs: where it is clear what would come of it."""
    clear = judgement.finding.case is not None or q.message.forwarded is not None
    return letters.hold_notice(
        person,
        brand=q.brand,
        case=judgement.finding.case,
        cause=f"{q.cause}:confirmed" if q.raw.confirmed_by else q.cause,
        now=q.now,
        reason=reason,
        words=q.message.reply[:SHOWN],
        related=(),
        held=q.inbound_id if clear else None,
    )
