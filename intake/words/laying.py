"""The lines of a text, also where a client's plain version lost the breaks between them."""

from __future__ import annotations

import re
from itertools import pairwise

from intake.words.attribution import part_shared_line
from intake.words.field_names import FIELD
from intake.words.headers import marker_of
from intake.words.lines import LONG, lines_of

_MARKER = re.compile(r"\s*(-{4,} ?[^-\n]{3,60}? ?-{4,})\s+(?=\S)")


# As clients write them: "Subject", "CC".
_KINDS = {written: kind for name, kind in FIELD.items() for written in (name[:1].upper() + name[1:], name.upper())}
_NAMES = re.compile(rf"({'|'.join(map(re.escape, sorted(_KINDS, key=len, reverse=True)))})[:：] ")


def laid_out(text: str) -> list[str]:
    """The lines of `text`; words before an attribution, and header lines that stand in a row, on lines of their own."""
    lines = lines_of(text)
    if "wrote:" in text:
        lines = [one for line in lines for one in part_shared_line(line)]
    if "----- " in text:
        lines = [one for line in lines for one in _part_header_lines(line)]
    return lines


def _part_header_lines(line: str) -> list[str]:
    """Yahoo's plain version: "----- Forwarded Message ----- From: Ann <a@b.org>To: Desk <d@b.org>Subject: My kettle"."""
    head = _MARKER.match(line) if len(line) <= LONG else None
    if head is None or marker_of(head[1]) is None:
        return [line]
    starts: dict[str, int] = {}
    for found in _NAMES.finditer(line, head.end()):
        if "subject" not in starts:  # the last one: its value may hold anything
            starts.setdefault(_KINDS[found[1]], found.start())
    if head.end() not in starts.values():
        return [line]
    cuts = [*starts.values(), len(line)]
    return [head[1], *(line[start:end] for start, end in pairwise(cuts))]
