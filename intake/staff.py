"""What a proven member of staff does with a case by answering a mail: words to the customer, notes, and commands.

Everything in one mail is done, or nothing is: a command that cannot be carried out is refused with the reason, and the mail
can be sent again corrected. Words go to the customer unless the address, `#note` or the brand says that they are a note.
"""

from __future__ import annotations

from intake.acts import Act, Refused
from intake.case import Case, Kind
from intake.commands import read
from intake.decision import CaseChange, Decision, Verdict
from intake.letters import Letters
from intake.orders import ORDERS
from intake.policy import Person
from intake.question import Judgement, Question
from intake.relay import clean, passable


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
        act = ORDERS[command.name](act, command)
    return act


def _words(act: Act) -> Act:
    """The text below the commands: to the customer, or a note."""
    body = act.said.body
    if not body:
        if not act.said.commands:
            raise Refused("nothing-written", "There was nothing above the quoted text, so nothing was sent.")
        return act
    if act.is_note:
        return act.then(Kind.NOTE_ADDED, text=body[:20000])
    return _reply(act, body)


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
