"""Case references: short enough for the phone, and proof against a slip of the finger.

"HH-4829-1357K" is the brand's prefix, eight digits and a check letter. The letter is a weighted sum modulo 23, and 23 is a
prime larger than any digit and any weight used for a digit: one wrong digit, or two digits swapped (neighbours or not),
always give another letter. The letters I, O and U are left out, since they are misread or misheard.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"  # 23 of them
_FIRST_WEIGHT = 5  # any would do that keeps the weights of the twelve places between 1 and 22, all different
_CANONICAL = re.compile(r"([A-Z]{2,4})-([0-9]{4})-([0-9]{4})([A-Z])")
WRITTEN = re.compile(r"(?<![^\W_])([A-Z]{2,4}-[0-9]{4}-[0-9]{4}[A-Z])(?![^\W_])", re.IGNORECASE)  # one in a text
_BRACKETED = re.compile(rf"[\[(]?{WRITTEN.pattern}[\])]?", re.IGNORECASE)
_GROUPS = re.compile("-[0-9]{4}-[0-9]{4}")
_COMPACT = re.compile(r"([a-z]{2,4})([0-9]{4})([0-9]{4})([a-z])")
_GAP = r"[\s\-_.:/#()\[\]\u00ad\u2010-\u2015\u2212]{0,4}"  # what people and programs put between the groups


def make(prefix: str, number: int) -> str:
    """The reference with this prefix (2 to 4 capital letters) and number (0 <= number < 10**8)."""
    digits = f"{number:08d}"
    return f"{prefix}-{digits[:4]}-{digits[4:]}{_check_letter(prefix, digits)}"


def valid(ref: str) -> bool:
    """Whether it is in canonical form and its check letter holds."""
    match = _CANONICAL.fullmatch(ref)
    return match is not None and _holds(*match.groups())


def find(text: str, prefixes: tuple[str, ...]) -> tuple[str, ...]:
    """Every reference in a text whose check letter holds: canonical, each once, in the order found.

    Case, spaces, brackets and the kind of dash do not matter. Linear in the length of the text.
    """
    if not prefixes:
        return ()
    groups = (tuple(map(str.upper, hit)) for hit in _pattern(prefixes).findall(unicodedata.normalize("NFKC", text)))
    return tuple(dict.fromkeys(_canonical(*group) for group in groups if _holds(*group)))


@cache  # of the few combinations that brands make
def _pattern(prefixes: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, prefixes), key=len, reverse=True))
    return re.compile(
        rf"(?<![^\W_])({names}){_GAP}([0-9]{{4}}){_GAP}([0-9]{{4}}){_GAP}([A-Z])(?![^\W_])", re.IGNORECASE
    )


def without(text: str) -> str:
    """The text without the references in it, whatever their prefix, and without the brackets around them."""
    if not _GROUPS.search(text):  # nearly always, and seen ten times as fast
        return text
    return _BRACKETED.sub(lambda hit: "" if valid(hit[1].upper()) else hit[0], text)


def compact(ref: str) -> str:
    """The form for addresses, "hh48291357k": lower case, without dashes."""
    return ref.replace("-", "").lower()


def expand(compacted: str) -> str:
    """The canonical form of a compact reference; "" for what is none, or has a wrong check letter."""
    match = _COMPACT.fullmatch(compacted)
    if not match:
        return ""
    ref = _canonical(*map(str.upper, match.groups()))
    return ref if valid(ref) else ""


def _canonical(prefix: str, first: str, second: str, letter: str) -> str:
    return f"{prefix}-{first}-{second}{letter}"


def _holds(prefix: str, first: str, second: str, letter: str) -> bool:
    return _check_letter(prefix, first + second) == letter


def _check_letter(prefix: str, digits: str) -> str:
    values = (int(character, 36) for character in digits + prefix)
    return _LETTERS[sum(weight * value for weight, value in enumerate(values, start=_FIRST_WEIGHT)) % len(_LETTERS)]
