"""Where a signature begins: the "-- " line (RFC 3676 §4.3), a phone's own line, a closing with a name, a disclaimer."""

from __future__ import annotations

from collections.abc import Sequence

from intake.words.closings import CLOSINGS, DISCLAIMERS, SENT_FROM, SENT_WITH
from intake.words.lines import bare

_FURTHEST = 60  # lines from the end that are looked at
_LONGEST_LINE = 80  # characters: contact lines are short, sentences are not
_MOST_BELOW = {"dashes": 15, "rule": 12, "device": 3, "closing": 9}  # filled lines that a signature may have


def signature_start(lines: Sequence[str], start: int, end: int) -> int:
    """The line of `lines[start:end]` on which the signature begins; `end` when there is none.

    The first filled line is never a signature: something must have been said before one signs.
    """
    found, below, short = end, 0, True
    first = next((at for at in range(start, end) if lines[at].strip()), end)
    for at in range(end - 1, max(first, end - _FURTHEST), -1):
        text = bare(lines[at])
        kind = _kind(lines[at], text) if text or lines[at].strip() else None
        if kind == "disclaimer" or (kind == "closing" and short and 0 < below <= _MOST_BELOW["closing"]):
            found, below, short = at, 0, True
        elif kind and kind != "closing" and below <= _MOST_BELOW[kind]:
            found = at
        elif text:
            below, short = below + 1, short and len(text) <= _LONGEST_LINE
    return found


def _kind(line: str, text: str) -> str | None:
    stripped = line.strip()
    if stripped in ("--", "—", "- --"):
        return "dashes"
    if len(stripped) >= 5 and not stripped.strip("_"):
        return "rule"
    lower = text.lower()
    if len(text) <= _LONGEST_LINE and (lower.startswith(SENT_FROM) or lower.endswith(SENT_WITH)):
        return "device"
    if lower.rstrip(" ,.!;:，。") in CLOSINGS:
        return "closing"
    return "disclaimer" if lower[:160].startswith(DISCLAIMERS) else None
