"""Which signs of a complaint a text shows: a group speaks where the weights of what was found reach its threshold.

The text is looked through once, for places where any group may speak; only there each is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from intake.cues.lexicon import GROUPS, Group
from intake.cues.plain import beginning, plain

_NOT_BEFORE = re.compile(
    r"(?:\b(?:not|no|never|isn't|wasn't|aren't|don't|nicht|kein|keine|nie|pas|jamais|sin|nunca|non|mai|niet|geen)|n't)"
    r"(?: (?:at all|too|really|so|very|sehr|wirklich|du tout|muy|molto|erg))?\s$"
)
_PLACES = beginning(found for group in GROUPS for found in (group.strong, group.weak) if found)
_SHOUTING = re.compile(r"[^\W\d_]")


def cues(text: str) -> tuple[str, ...]:
    """The slugs of what a text sounds like, in the order of `GROUPS`; "shouting" last. () where nothing was noticed."""
    folded = "\n" + plain(text)
    places = [hit.end() for hit in _PLACES.finditer(folded)]
    found = [group.slug for group in GROUPS if _weight(group, folded, places) >= 2]
    return (*found, "shouting") if _shouts(text) else tuple(found)


def _weight(group: Group, folded: str, places: Sequence[int]) -> int:
    strong = any(
        group.strong.match(folded, at) and not (group.negatable and _NOT_BEFORE.search(folded, max(0, at - 24), at))
        for at in places
    )
    weak = group.weak is not None and any(group.weak.match(folded, at) for at in places)
    return 2 * strong + weak


def _shouts(text: str) -> bool:
    """Capitals for most of more than a few letters, or a row of exclamation and question marks."""
    letters = _SHOUTING.findall(text[:2_000])
    return bool(re.search(r"[!?]{3}", text[:2_000])) or (
        len(letters) >= 12 and sum(map(str.isupper, letters)) > 0.6 * len(letters)
    )
