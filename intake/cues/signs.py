"""Which signs of a complaint a text shows: a group speaks where one of its expressions does, and no "not" stands before it."""

from __future__ import annotations

import re

from intake.cues.lexicon import GROUPS, Group
from intake.spotting import Spotter

_NOT_BEFORE = re.compile(
    r"(?:\b(?:not|no|never|isn't|wasn't|aren't|don't|nicht|kein|keine|nie|pas|jamais|sin|nunca|non|mai|niet|geen)|n't)"
    r"(?: (?:at all|too|really|so|very|sehr|wirklich|du tout|muy|molto|erg))?\s$"
)
_NEAR = 24  # characters
_SPOTTER = Spotter({group.slug: group.said for group in GROUPS})
_LETTER = re.compile(r"[^\W\d_]")
_SHOUTED = 0.6  # of all letters
_SAMPLE = 2_000  # characters


def signs(folded: str) -> list[str]:
    """The slugs of the groups that speak in a folded text, in the order of `GROUPS`."""
    spotted = _SPOTTER.spot(folded)
    return [group.slug for group in GROUPS if group.slug in spotted and not _denied(group, folded)]


def shouts(text: str) -> bool:
    """Capitals for most of more than a few letters, or a row of exclamation and question marks, at its beginning."""
    text = text[:_SAMPLE]
    if "!!!" in text.replace("?", "!"):
        return True
    if not any(len(word) > 1 for word in filter(str.isupper, text.split())):
        return False  # as in most text
    letters = _LETTER.findall(text)
    return len(letters) >= 12 and sum(map(str.isupper, letters)) > _SHOUTED * len(letters)


def _denied(group: Group, folded: str) -> bool:
    """Whether every expression of the group that occurs follows a "not"."""
    return group.negatable and all(_NOT_BEFORE.search(before[-_NEAR:]) for before, _ in group.said.each(folded))
