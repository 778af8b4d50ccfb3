"""The rule table: one row a rule, first verdict wins.

A rule is a name, a function from a question to a finding or nothing, and a verdict. The names are the closed list of reasons
for a verdict: they appear in logs, metrics, `explain` and tests. Rules only read; what follows from a verdict is in
`intake.deciding.decide` and the modules that it hands over to.
"""

from __future__ import annotations

from intake.case import Case, Status
from intake.deciding.decision import Keys, Verdict
from intake.deciding.matching import Match, score
from intake.deciding.question import Finding, Judgement, Question, Rule
from intake.message import Message, RawMessage
from intake.policy import Person
from intake.signals import Direction, Dmarc, Origin, Signals, Token
from intake.staff.relay import addresses
from intake.words import is_forward_subject

MOST_NAMED = 50  # addresses in one mail that are looked up


def second_delivery(q: Question) -> Finding | None:
    """The same content was stored before, by this way or another."""
    return Finding() if q.facts.duplicate_of is not None else None


def own_letter(q: Question) -> Finding | None:
    """It carries our signed mark: one of our own letters came back."""
    return Finding() if q.signals.own_mark else None


def delivery_report(q: Question) -> Finding | None:
    """A bounce or delay. It concerns a case only if it came to the signed return path of a letter that was under way."""
    if q.signals.origin not in (Origin.BOUNCE, Origin.DELAY):
        return None
    proven = q.facts.reports_on is not None
    return Finding(
        case=q.facts.by_token if proven else None, evidence=("return-path",) if proven else ("unproven-report",)
    )


def automatic_message(q: Question) -> Finding | None:
    """Vacation replies, receipts, feedback reports, challenges: noted on the case they answer."""
    kinds = (Origin.AUTO_REPLY, Origin.READ_RECEIPT, Origin.FEEDBACK_REPORT, Origin.CHALLENGE)
    if q.signals.origin not in kinds:
        return None
    return Finding(case=_answered(q), evidence=(q.signals.origin.value.replace("_", "-"),))


def confirmation(q: Question) -> Finding | None:
    """A member of staff used the address that the letter about their held mail named: whoever reads their mailbox did.

    A program that answers letters is not asked, nor anybody else to whom that letter was passed on.
    """
    token = next((t for t in q.signals.tokens if t.direction is Direction.CONFIRM), None)
    if token is None or q.signals.origin is not Origin.HUMAN or (token.expires is not None and q.now >= token.expires):
        return None
    disowned = q.signals.dmarc is Dmarc.FAIL
    person = _proved(q) or (None if disowned else q.policy.person_at(q.signals.sender))
    return Finding(person=person) if person and person.id == token.subject else None


def proven_staff(q: Question) -> Finding | None:
    """A signed staff address, not expired, used by the person it was made for, who is proven to have written."""
    if q.raw.confirmed_by:
        case, person = _meant(q), _proved(q)
        return Finding(case=case, person=person, evidence=("confirmed-by-staff",)) if case and person else None
    token = _staff_token(q)
    if token is None or q.facts.by_token is None or _several_cases(q):
        return None
    person = q.policy.person(token.subject)
    fresh = token.expires is None or q.now < token.expires
    return Finding(case=q.facts.by_token, person=person) if person and fresh and _proved(q) == person else None


def staff_forward(q: Question) -> Finding | None:
    """A member of staff passes a customer's mail on to the desk: it opens the customer's case, not their own.

    Outlook heads what it quotes in an answer as it heads what it forwards: the subject, or that nothing is answered, tells.
    """
    person = _proved(q)
    if person is None or _staff_token(q) is not None or q.message.forwarded is None:
        return None
    if q.message.in_reply_to and not is_forward_subject(q.message.subject):
        return None
    return Finding(person=person, evidence=("forwarded-by-staff",))


def unproven_staff(q: Question) -> Finding | None:
    """It claims to be from a member of staff, or uses a staff address, and proof is missing: held, and the person told."""
    token = _staff_token(q)
    claimed = q.policy.person_at(q.signals.sender)
    if claimed is None and token is not None and q.facts.by_token is not None and q.takes_part(q.facts.by_token):
        return None  # a customer who was copied in on a staff letter answers: that is a customer's contact
    if claimed is None and token is None:
        return None
    case = _meant(q) if claimed else q.facts.by_token
    case = None if _several_cases(q) else case
    return Finding(
        case=case, person=claimed or (q.policy.person(token.subject) if token else None), evidence=_unproven(q, token)
    )


def conversation(q: Question) -> Finding | None:
    """The same chat session, or a verified provider's thread."""
    case = q.facts.by_conversation
    return Finding(case=case, evidence=("conversation",)) if case else None


def signed_address(q: Question) -> Finding | None:
    """A participant wrote to the signed address of the case."""
    case = q.facts.by_token
    good = case and q.takes_part(case) and not _several_cases(q)
    return Finding(case=case, evidence=("signed-address",)) if good else None


def our_message_id(q: Question) -> Finding | None:
    """A participant answered a message of the case (RFC 5322 3.6.4)."""
    case = q.facts.by_message_id
    return Finding(case=case, evidence=("message-id",)) if case and q.takes_part(case) else None


def reference_in_subject(q: Question) -> Finding | None:
    """A participant named the case in the subject."""
    case = q.facts.by_reference
    return Finding(case=case, evidence=("reference-in-subject",)) if case and q.takes_part(case) else None


def stranger_on_case(q: Question) -> Finding | None:
    """Somebody who takes no part used an address, an id or a reference of a case. A number is no key: a person decides.

    So too where a participant wrote to the addresses of two cases, and nothing else says which one is meant.
    """
    found = (
        (q.facts.by_token, "signed-address"),
        (q.facts.by_message_id, "message-id"),
        (q.facts.by_reference, "reference-in-subject"),
    )
    hit = next(((case, slug) for case, slug in found if case), None)
    doubt = "several-cases" if _several_cases(q) else "stranger"
    return Finding(case=hit[0], evidence=(hit[1], doubt), score=40) if hit else None


def same_matter(q: Question) -> Finding | None:
    """A known contact writes again about the same matter, and only one case of theirs fits."""
    best = _best(q)
    if best is None or best[1].score < q.brand.matching.join_at or not q.takes_part(best[0]):
        return None
    return Finding(case=best[0], evidence=best[1].evidence, score=best[1].score)


def perhaps_same_matter(q: Question) -> Finding | None:
    """It looks like a case there is, not surely enough: held for a person, never guessed."""
    best = _best(q)
    if best is None or best[1].score < q.brand.matching.doubt_at:
        return None
    return Finding(case=best[0], evidence=best[1].evidence, score=best[1].score)


def machine_without_complaint(q: Question) -> Finding | None:
    """List mail and generated mail that belongs to no case and does not sound like a complaint."""
    machine = q.signals.origin in (Origin.LIST, Origin.AUTO_GENERATED)
    return Finding(evidence=(q.signals.origin.value.replace("_", "-"),)) if machine and not q.signals.cues else None


def first_contact(q: Question) -> Finding | None:
    """Nothing known fits: a complaint, however small, gets a case of its own."""
    return Finding()


RULES: tuple[Rule, ...] = (
    Rule(name="second-delivery", find=second_delivery, verdict=Verdict.DROP),
    Rule(name="own-letter", find=own_letter, verdict=Verdict.DROP, party="robot"),
    Rule(name="delivery-report", find=delivery_report, verdict=Verdict.RECORD, party="robot"),
    Rule(name="automatic-message", find=automatic_message, verdict=Verdict.RECORD, party="robot"),
    Rule(name="confirmation", find=confirmation, verdict=Verdict.RECORD, party="staff"),
    Rule(name="proven-staff", find=proven_staff, verdict=Verdict.APPEND, party="staff"),
    Rule(name="staff-forward", find=staff_forward, verdict=Verdict.OPEN, party="staff"),
    Rule(name="unproven-staff", find=unproven_staff, verdict=Verdict.HOLD, party="staff"),
    Rule(name="conversation", find=conversation, verdict=Verdict.APPEND),
    Rule(name="signed-address", find=signed_address, verdict=Verdict.APPEND),
    Rule(name="our-message-id", find=our_message_id, verdict=Verdict.APPEND),
    Rule(name="reference-in-subject", find=reference_in_subject, verdict=Verdict.APPEND),
    Rule(name="stranger-on-case", find=stranger_on_case, verdict=Verdict.HOLD),
    Rule(name="same-matter", find=same_matter, verdict=Verdict.APPEND),
    Rule(name="perhaps-same-matter", find=perhaps_same_matter, verdict=Verdict.HOLD),
    Rule(name="machine-without-complaint", find=machine_without_complaint, verdict=Verdict.HOLD, party="robot"),
    Rule(name="first-contact", find=first_contact, verdict=Verdict.OPEN),
)


def judge(q: Question) -> Judgement:
    """Ask the rules in order until one decides."""
    misses: list[str] = []
    for rule in RULES:
        finding = rule.find(q)
        if finding is not None:
            return Judgement(rule=rule, finding=finding, hits=(rule.name,), misses=tuple(misses))
        misses.append(rule.name)
    raise AssertionError("the last rule always decides")


def keys(inbound_id: int | None, raw: RawMessage, message: Message, signals: Signals) -> Keys:
    """What to look up for a message."""
    return Keys(
        inbound_id=inbound_id,
        fingerprint=signals.fingerprint,
        sender=signals.sender,
        channel=raw.channel,
        conversation=message.conversation,
        token_refs=tuple(t.ref for t in signals.tokens if t.ref),
        case_refs=signals.case_refs,
        message_ids=tuple(dict.fromkeys((*message.in_reply_to, *reversed(message.references)))),
        matters=signals.matters,
        staff=signals.staff,
        named=addresses(message.reply)[:MOST_NAMED] if signals.staff else (),
        bounce_letters=tuple(t.subject for t in signals.tokens if t.direction is Direction.BOUNCE),
    )


def _staff_token(q: Question) -> Token | None:
    return next((t for t in q.signals.tokens if t.direction in (Direction.STAFF, Direction.NOTE)), None)


def _several_cases(q: Question) -> bool:
    """It came to signed addresses of more than one case."""
    return len({t.ref for t in q.signals.tokens if t.ref and t.direction is not Direction.BOUNCE}) > 1


def _meant(q: Question) -> Case | None:
    """The case that a mail of staff is about, however it says so."""
    return q.facts.by_token or q.facts.by_message_id or q.facts.by_reference


def _proved(q: Question) -> Person | None:
    """The member of staff who is proven to have written: by login, by an aligned pass, or by their word afterwards."""
    if q.raw.confirmed_by:
        return q.policy.person(q.raw.confirmed_by)
    if q.signals.login:
        return q.policy.person_with_login(q.signals.login)
    return q.policy.person_at(q.signals.sender) if q.signals.dmarc is Dmarc.PASS else None


def _unproven(q: Question, token: Token | None) -> tuple[str, ...]:
    """Which proof is missing, in the order in which a person would mend it."""
    person = _proved(q)
    reasons = []
    if _several_cases(q):
        reasons.append("several-cases")
    elif token is None:
        reasons.append("no-signed-address")
    elif token.expires is not None and q.now >= token.expires:
        reasons.append("signed-address-expired")
    elif person is not None and person.id != token.subject:
        reasons.append("signed-address-of-another")
    if person is None:
        reasons.append("sender-not-proven")
    return tuple(reasons)


def _answered(q: Question) -> Case | None:
    """The case that an automatic message answers, where the evidence is our own."""
    return q.facts.by_conversation or q.facts.by_token or q.facts.by_message_id


def _best(q: Question) -> tuple[Case, Match] | None:
    """The one best match; None where two fit equally well below certainty, or nothing does."""
    candidates = [c for c in (*q.facts.of_contact, *q.facts.same_matter) if c.status is not Status.MERGED]
    scored = [(c, score(q.message, q.signals, c, now=q.now, policy=q.policy)) for c in candidates]
    scored.sort(key=lambda pair: pair[1].score, reverse=True)
    if not scored or scored[0][1].score == 0:
        return None
    if len(scored) > 1 and scored[0][1].score - scored[1][1].score < 10:
        case, match = scored[0]
        ceiling = q.brand.matching.join_at - 1  # two that fit are a doubt, however well they fit
        return case, Match(score=min(match.score, ceiling), evidence=(*match.evidence, "two-candidates"))
    return scored[0]
