"""Where a signature begins: the "-- " line (RFC 3676 §4.3), a phone's own line, a closing with a name, a disclaimer."""

from __future__ import annotations

from collections.abc import Sequence

from intake.words.closings import CLOSINGS, DISCLAIMERS, SENT_FROM, SENT_WITH, SLOGANS
from intake.words.lines import bare, folded, is_rule
from intake.words.tables import Beginnings

_LONGEST_LINE = 80  # characters: contact lines are short, sentences are not
_LONGEST_CLOSING = 45
_LONGEST_DEVICE = 100  # characters: some add a pardon
# "..., please excuse my brevity"
_PARDON = (
    "please",
    "excuse",
    "sorry",
    "so ",
    "disculpa",
    "veuillez",
    "bitte",
    "entschuldig",
    "scusa",
    "desculp",
)
_DEVICE = ("phone", "device", "tablet", "handset")
_LONGEST_NAME = 5  # words: "Sent from my Verizon, Samsung Galaxy smartphone", "..., an AT&T 4G LTE smartphone"
_DASHES = ("--", "—", "- --")
_DEVICES = Beginnings(SENT_FROM)
_SMALL_PRINT = Beginnings(DISCLAIMERS)
_MOST_UNDER_DASHES = 15  # filled lines
_MOST_UNDER_A_RULE = 12
_MOST_UNDER_A_CLOSING = 9
_MOST_UNDER_A_DEVICE = 3
_MOST_OF_SMALL_PRINT = 20  # the most of all: further up nothing can begin


def signature_start(lines: Sequence[str], start: int, end: int) -> int:
    """The line of `lines[start:end]` on which the signature begins; `end` when there is none.

    At the top of a message something must have been said before one signs; under a quotation, a signature may stand alone.
    """
    found = end
    first = start or next((at + 1 for at in range(start, end) if lines[at].strip()), end)
    below: list[str] = []
    for at in range(end - 1, first - 1, -1):
        text = bare(lines[at])
        if not text and not lines[at].strip():
            continue
        if _begins(lines, at, text, below) or (found < end and not below and is_rule(lines[at])):
            found, below = at, []
        elif len(below) == _MOST_OF_SMALL_PRINT:
            break
        else:
            below.append(text)
    return found


def _begins(lines: Sequence[str], at: int, text: str, below: Sequence[str]) -> bool:
    """Whether the signature may begin on line `at`, with the filled lines `below` (the last first) not accounted for yet."""
    line = lines[at].strip()
    if line[:1] in "-—_":
        if line in _DASHES:
            return len(below) <= _MOST_UNDER_DASHES
        if len(line) >= 5 and not line.strip("_"):
            return len(below) <= _MOST_UNDER_A_RULE
    if len(below) <= _MOST_UNDER_A_DEVICE and _is_device(text):
        return True
    if len(text) <= _LONGEST_CLOSING and _is_closing(text) and _is_contact_block(below):
        gap = at + 1 < len(lines) and not lines[at + 1].strip()
        return not gap or _has_details(below)
    return _SMALL_PRINT.begin(text)


def _is_closing(text: str) -> bool:
    return folded(text).rstrip(" ,.!;:，。،") in CLOSINGS


def _is_device(text: str) -> bool:
    """A phone says "Sent from my Galaxy"; a person who goes on after a comma only asks pardon for the phone."""
    if len(text) > _LONGEST_DEVICE:
        return False
    lower = text.strip("<>()[]. ").lower()
    if lower in SLOGANS:
        return True
    phrase, comma, more = lower.partition(", ")
    named = more.endswith(_DEVICE) and len(more.split()) <= _LONGEST_NAME
    if comma and not named and not more.startswith(_PARDON):
        return False
    return _DEVICES.begin(lower) or phrase.endswith(SENT_WITH)


def _is_contact_block(below: Sequence[str]) -> bool:
    return 0 < len(below) <= _MOST_UNDER_A_CLOSING and all(len(text) <= _LONGEST_LINE for text in below)


def _has_details(below: Sequence[str]) -> bool:
    """More than a name that was typed under the greeting: several lines, a number, an address."""
    return len(below) > 2 or any("@" in text or "www." in text or any(map(str.isdigit, text)) for text in below)
