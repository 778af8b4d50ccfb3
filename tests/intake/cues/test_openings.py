"""Ordering alternatives changes how fast they are tried, never what they find."""

from __future__ import annotations

import re

import pytest

from intake.cues.openings import by_letter

ROWS = (
    "still (?:no|not)|any (?:update|news)|chas(?:ing|ed)",
    r"(?:i|i've|we) (?:told|asked) you|(?:no ?one|nobody) has|(?:very )?late",
    r"re?fund|x{2,3}y|[|(]odd|a\|b|\d{3} days|(?:p|(?:q|r)s)t",
)
SAID = (
    *(
        "still no",
        "still not",
        "any news",
        "chased",
        "i told you",
        "we asked you",
        "i've told you",
        "noone has",
        "no one has",
    ),
    *(
        "nobody has",
        "very late",
        "late",
        "refund",
        "rfund",
        "xxy",
        "xxxy",
        "|odd",
        "(odd",
        "a|b",
        "123 days",
        "pt",
        "qst",
        "rst",
    ),
)
NOT_SAID = ("still", "told you", "has", "very", "fund", "xy", "odd", "a", "b", "12 days", "qt", "t", "st", "")


@pytest.mark.parametrize("text", SAID)
def test_every_alternative_is_found_after_ordering(text: str) -> None:
    assert re.fullmatch("|".join(ROWS), text)
    assert re.fullmatch(by_letter(ROWS), text)


@pytest.mark.parametrize("text", NOT_SAID)
def test_ordering_adds_no_alternative(text: str) -> None:
    assert not re.fullmatch("|".join(ROWS), text)
    assert not re.fullmatch(by_letter(ROWS), text)
