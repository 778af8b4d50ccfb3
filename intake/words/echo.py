"""Which lines repeat the letter that we sent: found by comparison, whatever the client made of its lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

_WORD = re.compile(r"\w+")
_RUN = 4  # words in a row that two texts share only when one repeats the other
_MUCH = 65_536  # characters of our letter

_Words: TypeAlias = tuple[str, ...]


def echoes(lines: Sequence[str], parent: str) -> frozenset[int]:
    """The indexes of the lines that are the words of `parent`, our letter, however they were wrapped."""
    runs = set(_runs(_words_of(parent[:_MUCH])))
    filled = [(at, own) for at, line in enumerate(lines) if (own := _words_of(line))]
    found = {at for at, own in filled if len(own) >= _RUN and runs.issuperset(_runs(own))}
    _follow(filled, found, runs)
    _follow([(at, own[::-1]) for at, own in reversed(filled)], found, {run[::-1] for run in runs})
    return frozenset(found)


def _follow(filled: Iterable[tuple[int, _Words]], found: set[int], runs: set[_Words]) -> None:
    """A line too short to be sure of, such as a greeting, is ours where our letter goes on with just these words."""
    before: _Words = ()
    for at, own in filled:
        if at not in found and before and len(own) < _RUN and runs.issuperset(_runs(before + own)):
            found.add(at)
        before = (before + own)[1 - _RUN :] if at in found else ()


def _runs(words: _Words) -> Iterable[_Words]:
    return zip(*(words[at:] for at in range(_RUN)), strict=False)


def _words_of(text: str) -> _Words:
    return tuple(_WORD.findall(text.lower()))
