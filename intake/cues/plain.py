"""Text made comparable: one case, one kind of apostrophe, one space; and patterns for whole words in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from intake.cues.openings import by_letter

MAX_TEXT = 20_000  # characters that are looked at

_START, _END = r"(?<![\w'])", r"(?![\w'])"  # of a whole word
_QUOTES = (("’", "'"), ("‘", "'"), ("´", "'"), ("`", "'"), ("“", '"'), ("”", '"'))


def plain(text: str) -> str:
    """Folded, with line breaks kept; at most 20,000 characters of the text."""
    folded = unicodedata.normalize("NFKC", text[:MAX_TEXT]).casefold()
    for curly, straight in _QUOTES:
        folded = folded.replace(curly, straight)
    return "\n".join(" ".join(line.split()) for line in folded.splitlines())


def words(*alternatives: str) -> re.Pattern[str]:
    """A pattern for whole words: each alternative is a row of regular expressions with "|" between them, in folded text."""
    return re.compile(f"{_START}{by_letter(alternatives)}{_END}")


def beginning(patterns: Iterable[re.Pattern[str]]) -> re.Pattern[str]:
    """A pattern for the one character before each place where any of these patterns of words finds something."""
    rows = (each.pattern.removeprefix(_START).removesuffix(_END) for each in patterns)
    return re.compile(rf"[^\w'](?={by_letter(rows)}{_END})")
