"""How well a message fits a case by what it says: evidence for a repeat contact that answers none of our letters.

The score is evidence added up, 0 to 100, never proof of who wrote. Somebody who takes no part in the case, and anybody
after a long silence, stays below the score at which a message joins it, whatever they know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from intake.case import Case
from intake.message import Message
from intake.policy import Policy
from intake.signals import Signals

MAX_WORDS = 4_000  # characters of each side that are compared

_WEIGHTS = {
    "known-contact": 35,
    "same-number": 45,
    "other-number": -25,
    "same-name": 15,
    "chasing": 15,
    "other-brand": -20,
    "long-ago": -10,
}
_MAX_SIMILAR = 45
_UNRELATED = 45  # similarity, in percent, that texts about different things reach as well
_COMMON_WORDS = (
    "about after again also because been before came could does dear from have hello here just know like more much need order "
    "orders number only please regards said sent some still than thank thanks that their them then there they this time told "
    "very want week were what when where which will with would your yours "
    "aber auch bestellung bitte dass dies diese eine einen haben habe ihre ihnen immer nicht noch oder sehr sind wenn wird "
    "avec cette commande dans elle mais merci nous pour vous votre como esta este para pero pedido sono sulla della bestelling "
    "deze heeft maar mijn niet voor"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_LONG_WORD = re.compile(r"[^\W\d_]{4,30}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """How well it fits, 0 to 100, and why: slugs."""

    score: int
    evidence: tuple[str, ...] = ()


def score(message: Message, signals: Signals, case: Case, *, now: datetime, policy: Policy) -> Match:
    """Evidence: known-contact, same-number, other-number, same-name, similar-words, chasing, other-brand, long-ago.

    With "another-address" the sender takes no part in the case.
    """
    matching = policy.brand(case.brand).matching
    likeness = _similarity(message, case)
    evidence = [slug for slug, found in _found(signals, case, now - timedelta(days=matching.within_days)) if found]
    total = sum(_WEIGHTS[slug] for slug in evidence) + likeness
    evidence += ["similar-words"] if likeness else []
    evidence += [] if "known-contact" in evidence else ["another-address"]
    certain = not {"another-address", "long-ago"} & set(evidence)
    total = total if certain else min(total, matching.join_at - 1)
    return Match(score=max(0, min(100, total)), evidence=tuple(evidence))


def _found(signals: Signals, case: Case, oldest: datetime) -> list[tuple[str, bool]]:
    ours, theirs = set(case.matters), set(signals.matters)
    known = signals.sender is not None and signals.sender in case.participants
    named = bool(_name(case.customer_name)) and _name(signals.sender_name) == _name(case.customer_name)
    return [
        ("known-contact", known),
        ("same-number", bool(ours & theirs)),
        ("other-number", bool(ours and theirs) and not ours & theirs),
        ("same-name", named and not known),
        ("chasing", bool({"repetition", "waiting"} & set(signals.cues))),
        ("other-brand", bool(signals.brand) and signals.brand != case.brand),
        ("long-ago", max(case.received_at, case.answered_last_at or case.received_at) < oldest),
    ]


def _similarity(message: Message, case: Case) -> int:
    """0 to 45: how alike the longer words are, order and repetition aside."""
    theirs = _longer_words(f"{message.subject} {message.reply or message.text}")
    ours = _longer_words(f"{case.issue} {case.words}")
    if not theirs or not ours:
        return 0
    from rapidfuzz import fuzz  # 2 MB, when there is something to compare

    percent = fuzz.token_set_ratio(theirs, ours)
    return round(max(0.0, percent - _UNRELATED) / (100 - _UNRELATED) * _MAX_SIMILAR)


@lru_cache(maxsize=200)  # a message is compared with several cases, and by two rules
def _longer_words(text: str) -> str:
    return " ".join(sorted(set(_LONG_WORD.findall(text[:MAX_WORDS].casefold())) - _COMMON))


def _name(name: str) -> str:
    """The words of a name, whatever their order: "Marsh, Jo" is "Jo Marsh"."""
    return " ".join(sorted(re.findall(r"[^\W_]+", name.casefold())))
