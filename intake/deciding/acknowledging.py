"""Whether an automatic letter may go to whoever wrote: RFC 3834 and the limits of the brand.

Nothing here decides whether mail is filed: automatic marks stop answers, never filing.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from intake.case import Case, Echo, Event, Kind
from intake.deciding.question import Question
from intake.letters.letter import LetterKind
from intake.signals import Dmarc
from intake.tokens import untagged

SAME_WORDS_FOR = timedelta(days=7)
SAME_WORDS = 4_000  # characters that are compared: what a case keeps of them
ALIKE = 0.8  # of the different words of both
REPEATS_ITSELF = "repeats-itself"
_WORD, _NUMBER = re.compile(r"\w+"), re.compile(r"\d+")


def withheld(q: Question, to: str | None, case_ref: str | None = None) -> str | None:
    """The first reason why no automatic letter may go `to` an address or conversation now, or None. In this order:

    imported-quietly: history, nobody is written to.
    (the message's own reasons, from `intake.senders.answering`): robots, lists, bounces, loops, no-reply senders.
    authentication-failed: the From domain disowns the mail.
    authentication-unknown: whether it does could not be found out.
    no-way-back: nobody to answer, or From is no identity.
    own-address: it would go to ourselves.
    older-than-a-day: what was new then needs a person now.
    taken-in-before: we had it, and had it acknowledged; then our database was put back to an earlier day.
    not-addressed-to-us: Bcc and undisclosed recipients (RFC 5230 4.5).
    acknowledged-lately: this case had its share (given `case_ref`; a case that is opened again does not count it).
    sender-limit, domain-limit, overall-limit, unproven-limit: the caps of the brand.
    """
    return _of_message(q, to) or _of_limits(q, case_ref)


def repeats_itself(q: Question) -> str | None:
    """The same words as in another case of the last days, but for the numbers: a program that invents orders, or one of many
    copies. What was said of the first holds for all; a person looks at each. For a case that is opened.
    """
    lately = [c for c in q.facts.of_contact if q.now - c.received_at <= SAME_WORDS_FOR]
    if not lately:  # as for most: they write for the first time
        return None
    words = _words(q.message.reply or q.message.text)
    return REPEATS_ITSELF if any(_alike(words, _words(case.words)) for case in lately) else None


def already_told(case: Case, *, reopened: bool) -> str | None:
    """A letter that went by itself has told them who has it and by when, and no person of ours has done anything since: a
    second one would say nothing new, and two programs would thank each other for ever. For a case that is joined.
    """
    acted_on = reopened and case.resolved_by != "customer"
    return None if acted_on or case.echo is Echo.NO_LETTER else "already-told"


def acknowledged(now: datetime, kind: LetterKind) -> Event:
    """Such a letter goes out."""
    return Event(kind=Kind.ACKNOWLEDGED, at=now, actor="daemon", data={"letter": kind.value})


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_NUMBER.sub("0", text[:SAME_WORDS]).casefold()))


def _alike(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return bool(ours) and len(ours & theirs) >= ALIKE * len(ours | theirs)


def _of_message(q: Question, to: str | None) -> str | None:
    if q.raw.quiet:
        return "imported-quietly"
    if q.signals.auto_reply_reason:
        return q.signals.auto_reply_reason
    if q.signals.dmarc is Dmarc.FAIL:
        return "authentication-failed"
    if q.signals.dmarc is Dmarc.TEMPERROR:
        return "authentication-unknown"
    if not to:
        return "no-way-back"
    if q.policy.brand_at(untagged(to)):
        return "own-address"
    if q.now - q.raw.received_at > timedelta(hours=q.brand.acknowledgement.max_age_hours):
        return "older-than-a-day"
    if q.raw.envelope.taken_in:
        return "taken-in-before"
    return None if _addressed_to_us(q) else "not-addressed-to-us"


def _of_limits(q: Question, case_ref: str | None) -> str | None:
    limits, facts = q.brand.acknowledgement, q.facts
    if case_ref and facts.automatic_on_case_24h.get(case_ref, 0) >= limits.per_case_24h:
        return "acknowledged-lately"
    if facts.letters_to_sender_24h >= limits.per_sender_24h:
        return "sender-limit"
    if facts.acks_to_domain_1h >= limits.per_domain_1h:
        return "domain-limit"
    if facts.acks_all_1m >= limits.all_1m:
        return "overall-limit"
    return "unproven-limit" if not q.proven and facts.acks_all_1m >= limits.unproven_1m else None


def _addressed_to_us(q: Question) -> bool:
    if q.raw.media_type != "message/rfc822":
        return True
    named = {untagged(a.email) for a in (*q.message.to, *q.message.cc)}
    return any(q.policy.brand_at(address) for address in named)
