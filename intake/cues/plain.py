"""Text made comparable: one case, one kind of apostrophe, one space; and patterns for whole words in it."""

from __future__ import annotations

import re
import unicodedata

MAX_TEXT = 20_000  # characters that are looked at

_QUOTES = (("’", "'"), ("‘", "'"), ("´", "'"), ("`", "'"), ("“", '"'), ("”", '"'))


def plain(text: str) -> str:
    """Folded, with line breaks kept; at most 20,000 characters of the text."""
    folded = unicodedata.normalize("NFKC", text[:MAX_TEXT]).casefold()
    for curly, straight in _QUOTES:
        folded = folded.replace(curly, straight)
    return "\n".join(" ".join(line.split()) for line in folded.splitlines())


def words(*alternatives: str) -> re.Pattern[str]:
    """A pattern for whole words: each alternative is a row of regular expressions with "|" between them, in folded text."""
    return re.compile(rf"(?<![\w'])(?:{'|'.join(alternatives)})(?![\w'])")
