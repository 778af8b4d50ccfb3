"""The lines that clients set above an older message: a marker ("-----Original Message-----") and a block of header lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from intake.words.field_names import FIELD
from intake.words.lines import RULES, bare, next_filled
from intake.words.vocabulary import FORWARDED, ORIGINAL

_LONGEST_NAME = 30
_NAME_ENDS = (":", "：", "|", "\t")
LONGEST_BLOCK = 40  # lines
_PIECES = re.compile(r" (?:-{2,}|/) ")  # Thunderbird says it in two languages at once, in some translations
_WRITTEN_BY_A_PROGRAM = "\u200e"  # Windows Mail sets one around every figure of a date
_MAILBOXES = ("from", "to", "cc", "reply-to")
_WIDE = 60  # characters: a value this long may be wrapped


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Header lines `lines[start:end]` and what they state, by kind: "from", "to", "date", "subject", ..."""

    start: int
    end: int
    fields: Mapping[str, str]


def marker_of(line: str) -> Literal["original", "forwarded"] | None:
    """What a marker line announces. The words alone are no marker: it takes dashes around or a colon after them."""
    text = bare(line).replace("\u00a0", " ")
    if not text or len(text) > 200 or not (text[0] in RULES or text[-1] in ":："):
        return None
    words = text.strip(RULES + ":：.").replace("İ", "i").lower()
    said = {words, *(_PIECES.split(words) if text[0] == text[-1] == "-" else ())}
    if said & FORWARDED or words.startswith(("forwarded message from", "forwarded by ", "weitergeleitet von ")):
        return "forwarded"
    return "original" if said & ORIGINAL else None


def field_of(line: str) -> tuple[str, str] | None:
    """A header line in any language as (kind, value), or None. NetEase draws them as rows of a table."""
    text = bare(line).strip("| ")
    ends = (text.find(mark, 0, _LONGEST_NAME) for mark in _NAME_ENDS)
    end = min((at for at in ends if at > 0), default=0)
    if not end:
        return None
    kind = FIELD.get(bare(text[:end]).lower())
    return (kind, bare(text[end + 1 :])) if kind else None


def block_at(lines: Sequence[str], start: int, *, marked: bool = False) -> Block | None:
    """The header block that begins on line `start`; `marked` when a marker stands above it."""
    fields: dict[str, str] = {}
    at, end = start, start
    while at < min(len(lines), start + LONGEST_BLOCK):
        found = field_of(lines[at])
        if found and (found[0] not in fields or found[0] == "other"):
            fields[found[0]] = found[1]
            at, end = at + 1, at + 1
        elif found or not fields:
            break
        elif not lines[at].strip():
            at = _over_a_gap(lines, at, fields)
            if not at:
                break
        elif _continues(lines, at, fields):
            name = next(reversed(fields))
            fields[name] = f"{fields[name]} {bare(lines[at])}".strip()
            at, end = at + 1, at + 1
        else:
            break
    return Block(start=start, end=end, fields=fields) if _convinces(fields, marked) else None


def _over_a_gap(lines: Sequence[str], at: int, fields: Mapping[str, str]) -> int:
    """Clients that set each header line as a paragraph leave a gap between; a finished block ends at its first gap."""
    following = next_filled(lines, at)
    finished = "subject" in fields and len(fields) > 2
    found = None if finished or following == len(lines) or following - at > 2 else field_of(lines[following])
    return following if found and found[0] not in fields else 0


def _continues(lines: Sequence[str], at: int, fields: dict[str, str]) -> bool:
    """True when line `at` is the rest of the value above it."""
    name, value = next(reversed(fields.items()))
    unfinished = name in _MAILBOXES and value.count("<") > value.count(">") and ">" in lines[at]
    if not value or unfinished:  # Gmail wraps between a bracket and its address
        return True
    for line in lines[at + 1 : at + 4]:
        found = field_of(line)
        if found or not line.strip():
            break
    else:
        return False
    if found:
        return found[0] not in fields
    return (
        len(lines[at - 1]) >= _WIDE
        and len(bare(lines[at])) < _WIDE
        and at + 1 < len(lines)
        and not lines[at + 1].strip()
    )


def _convinces(fields: Mapping[str, str], marked: bool) -> bool:
    """A traveller may write "From: Rome, To: Paris, Date: 3 May"; a client always names an address or a subject."""
    if marked:
        return bool(fields.keys() & {"from", "to", "subject"})
    if "from" not in fields:
        return False
    addressed = any("@" in fields.get(name, "") for name in ("from", "to"))
    others = len(fields.keys() & {"to", "date", "subject"})
    dated = _WRITTEN_BY_A_PROGRAM in fields.get("date", "")
    return (others >= 2 and ("subject" in fields or dated)) or (others >= 1 and addressed)
