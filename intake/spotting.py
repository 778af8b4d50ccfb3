"""Many expressions looked for in one pass over a text, in time that grows with its length alone (RE2).

Python's own `re` tries one alternative after the other wherever it looks; RE2 follows all of them at once. It cannot look
around, so a whole word is told by the character before and the one behind: the text gets one more at each end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import re2

_LETTER = "a-z0-9_à-öø-ɏ"  # in folded text of the languages that are listened to
_EDGE = f"[^{_LETTER}']"


class Expressions:
    """Rows of expressions for whole words in folded text, with "|" between them."""

    def __init__(self, *rows: str) -> None:
        self.pattern = f"{_EDGE}({'|'.join(rows)}){_EDGE}".replace(r"\w", f"[{_LETTER}]")
        self._compiled = re2.compile(self.pattern)

    def each(self, text: str) -> Iterator[tuple[str, str]]:
        """(what stands between it and the one before, the words) for each that occurs, from left to right."""
        data, at = _edged(text), 0
        while hit := self._compiled.search(data, at):
            start, end = hit.span(1)
            yield data[at:start].decode(), data[start:end].decode()
            at = end


class Spotter:
    """Several rows at once, by name."""

    def __init__(self, named: Mapping[str, Expressions]) -> None:
        self._names = tuple(named)
        self._set = re2.Set.SearchSet()
        for expressions in named.values():
            self._set.Add(expressions.pattern)
        self._set.Compile()

    def spot(self, text: str) -> frozenset[str]:
        """The names of those that occur in a folded text."""
        return frozenset(self._names[number] for number in self._set.Match(_edged(text)) or ())


class Literals:
    """Pieces of text, as they stand."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._compiled = re2.compile("|".join(map(re2.escape, sorted(set(pieces)))))

    def occur(self, text: str) -> bool:
        """Whether any of them stands in the text."""
        return self._compiled.search(_encoded(text)) is not None


def starts(pattern: Any, text: str) -> Iterator[int]:
    """Where a compiled RE2 pattern begins to match, in characters."""
    data = _encoded(text)
    for hit in pattern.finditer(data):
        yield len(data[: hit.start()].decode())


def _edged(text: str) -> bytes:
    return _encoded(f"\n{text}\n")


def _encoded(text: str) -> bytes:
    """The text as RE2 reads it; half a surrogate pair, which cannot be said in UTF-8, becomes a question mark."""
    return text.encode(errors="replace")
