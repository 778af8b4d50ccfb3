"""Tables of phrases, and whether a text holds one: for those who recognise machines by how they speak."""

from __future__ import annotations

from typing import TypeAlias

Phrases: TypeAlias = tuple[str, ...]


def phrases(table: str) -> Phrases:
    """The phrases of a table in which "|" parts them."""
    return tuple(phrase.strip() for phrase in table.split("|"))


def folded(text: str) -> str:
    """The form of a text that phrases are compared with. A Turkish capital dotted I folds to two characters."""
    return text.casefold().replace("\u2019", "'").replace("i\u0307", "i")


def contains(said: str, wanted: Phrases) -> bool:
    """Whether a folded text holds one of the phrases."""
    return any(map(said.__contains__, wanted))
