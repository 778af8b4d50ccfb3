"""Which lines repeat the letter that we sent: found by comparison, whatever the client made of its lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+")
_RUN = 4  # words in a row that two texts share only when one repeats the other
_MUCH = 65_536  # characters of our letter


def echoes(lines: Sequence[str], parent: str) -> frozenset[int]:
    """The indexes of the lines that are the words of `parent`, our letter, however they were wrapped."""
    theirs = _WORD.findall(parent[:_MUCH].lower())
    runs = set(zip(*(theirs[at:] for at in range(_RUN)), strict=False))
    short = {tuple(_WORD.findall(line.lower())) for line in parent[:_MUCH].splitlines()}
    words = [tuple(_WORD.findall(line.lower())) for line in lines]
    sure = {at for at, own in enumerate(words) if len(own) >= _RUN and _repeats(own, runs)}
    return frozenset(sure | _beside(words, sure, short))


def _repeats(own: tuple[str, ...], runs: set[tuple[str, ...]]) -> bool:
    return all(own[at : at + _RUN] in runs for at in range(len(own) - _RUN + 1))


def _beside(words: Sequence[tuple[str, ...]], sure: set[int], short: set[tuple[str, ...]]) -> set[int]:
    """Lines too short to be sure of, such as a greeting, count where they touch a line that is sure."""
    found: set[int] = set()
    for order in (range(len(words)), range(len(words) - 1, -1, -1)):
        touching = False
        for at in order:
            if words[at]:
                touching = at in sure or (touching and len(words[at]) < _RUN and words[at] in short)
                if touching and at not in sure:
                    found.add(at)
    return found
