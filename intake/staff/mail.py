"""What a proven member of staff does with a case by answering a mail: words to the customer, notes, and commands.

Everything in one mail is done, or nothing is: a command that cannot be carried out is refused with the reason, and the mail
can be sent again corrected. Words go to the customer unless the address, a command or the brand says that they are a note.
"""

from __future__ import annotations

from dataclasses import replace

from intake.case import Case, Kind
from intake.deciding import promising
from intake.deciding.decision import CaseChange, Decision, Hold, Verdict
from intake.deciding.question import Judgement, Question
from intake.letters.kinds import Letters
from intake.letters.letter import Letter
from intake.policy import Person
from intake.signals import Origin
from intake.staff.acts import Act, Refused
from intake.staff.commands import Instructions, read
from intake.staff.orders import ORDERS
from intake.staff.relay import addresses, attached_mail, clean, passable
from intake.words import own_words, repeats

_WITHHELD = {
    "files-infected": "A virus was found in what you attached, so nothing was sent to the customer. "
    "Please have your computer checked.",
    "files-not-scanned": "What you attached could not be scanned for viruses, so nothing was sent to the customer. "
    "Please send it again later, or without the files.",
}
LONGEST = 20_000  # characters of words that a history keeps


def carry_out(q: Question, judgement: Judgement, case: Case, letters: Letters) -> Decision:
    """Do what a proven member of staff wrote on a case."""
    person = judgement.finding.person
    assert person is not None  # noqa: S101 - the rule found one
    if q.signals.origin is Origin.AUTO_GENERATED or _marked_automatic(q):
        return _held(judgement, case, person)
    act = Act(q=q, person=person, said=_said(q, person, case, letters), case=case, letters=letters)
    try:
        act = _words(_commands(act))
    except Refused as refused:
        return _decision(judgement, case, Verdict.RECORD, f"refused:{refused.slug}", out=(_refusal(act, refused),))
    done = _decision(judgement, case, Verdict.APPEND, *(f"command:{c.name}" for c in act.said.commands), out=act.out)
    return replace(done, changes=(CaseChange(ref=case.ref, events=act.events), *act.changes))


def _marked_automatic(q: Question) -> bool:
    """A customer's system may mark all that it sends; in the name of the desk nothing goes out that nobody typed (RFC 3834)."""
    keyword = q.message.header("auto-submitted").partition(";")[0].strip().lower()
    return keyword not in ("", "no")


def _decision(
    judgement: Judgement, case: Case, verdict: Verdict, *reasons: str, out: tuple[Letter, ...] = ()
) -> Decision:
    return Decision(
        verdict=verdict,
        reasons=(judgement.rule.name, *reasons),
        hits=judgement.hits,
        misses=judgement.misses,
        case_ref=case.ref,
        letters=out,
        party="staff",
    )


def _held(judgement: Judgement, case: Case, person: Person) -> Decision:
    """A program wrote in their name. It is kept for a person to see and not answered, or two programs could go on for ever."""
    hold = Hold(reason="automatic-staff-mail", person=person.id, case_ref=case.ref)
    return replace(_decision(judgement, case, Verdict.HOLD, hold.reason), hold=hold)


def _said(q: Question, person: Person, case: Case, letters: Letters) -> Instructions:
    """Their commands, then their own words: the letter that they answered says best what they only quoted."""
    said = read(q.message.reply)
    answered = q.facts.answers.text if q.facts.answers else ""
    likely = _notification(q, person, case, letters)
    return replace(said, body=own_words(said.body, f"{answered}\n{likely}"))


def _notification(q: Question, person: Person, case: Case, letters: Letters) -> str:
    """What our letters to them say, whichever they answered: mail programs may not tell."""
    letter = letters.notification(
        case, person, cause=q.cause, now=q.now, words=case.words, reasons=(), kind_of="again", promise=None
    )
    return letter.text


def _refusal(act: Act, refused: Refused) -> Letter:
    return act.letters.refusal(
        act.person,
        brand=act.brand,
        case=act.case,
        cause=act.q.cause,
        now=act.q.now,
        reason=refused.slug,
        detail=refused.detail,
        subject=act.q.message.subject,
    )


def _commands(act: Act) -> Act:
    said = act.said
    for unknown in said.unknown:
        hint = f" Did you mean #{unknown.near}?" if unknown.near else ""
        raise Refused("unknown-command", f"#{unknown.word} is not a command.{hint}")
    if said.twice:
        raise Refused("said-twice", f"#{said.twice} stands there twice, and it is not clear which one counts.")
    if said.late:
        raise Refused("command-below-text", f"#{said.late} stands below other text. Commands go on the first lines.")
    for command in said.commands:
        act = ORDERS[command.name](act, command)
    return act


def _words(act: Act) -> Act:
    """The text below the commands: to the customer, or a note."""
    if act.answers:
        return _reply(act)
    if act.said.body:
        return act.then(Kind.NOTE_ADDED, text=act.said.body[:LONGEST])
    if not any(c.name != "reply" and (c.name != "note" or c.rest) for c in act.said.commands):
        raise Refused("nothing-written", "There was nothing above the quoted text, so there was nothing to do.")
    return act


def _reply(act: Act) -> Act:
    """The customer hears from a person: that keeps what was promised before this mail, not what it newly promises."""
    words = _sendable(act)
    made_now = {e.data["id"] for e in act.events if e.kind is Kind.PROMISE_MADE}
    told = next((p for p in act.case.open_promises if p.id in made_now), None)
    for promise in act.case.open_promises:
        act = act if promise.id in made_now else act.then(Kind.PROMISE_KEPT, id=promise.id)
    letter = act.letters.reply(
        act.case,
        act.person,
        cause=act.q.cause,
        now=act.q.now,
        text=words,
        promise=told,
        attachments=passable(act.q.message),
    )
    act = act.then(Kind.REPLY_SENT, text=words[:LONGEST]).write(letter)
    return act.add(*promising.next_update(act.case, now=act.q.now, brand=act.brand))


def _sendable(act: Act) -> str:
    """The words as the customer may read them. Raises Refused where something of ours is still among them."""
    if not act.case.route.address:
        raise Refused(
            "no-address", "We have no address for this customer. Please find another way, by phone for example."
        )
    mail = attached_mail(act.q.message)
    if mail:
        raise Refused(
            "mail-attached", f"We do not send whole mails on, since their history is not for customers: {mail}"
        )
    if act.q.withheld and passable(act.q.message):
        raise Refused(act.q.withheld, _WITHHELD[act.q.withheld])
    bare = replace(act.case, issue="", matters=(), customer_name="", words="")
    if repeats(act.said.body, _notification(act.q, act.person, bare, act.letters)):
        raise Refused(
            "letter-quoted", "Your text still holds lines of our letter to you. Please delete them and send it again."
        )
    others = act.q.facts.customers.intersection(addresses(act.said.body)) - {*act.case.participants}
    if others:
        listed = ", ".join(sorted(others))
        raise Refused(
            "names-a-customer", f"Your text holds the address of another customer; please take it out: {listed}"
        )
    words = clean(act.said.body, act.person, act.brand, act.q.policy)
    if not words:
        raise Refused("nothing-written", "There was nothing but a signature, so nothing was sent.")
    return words
