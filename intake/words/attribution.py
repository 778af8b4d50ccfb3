"""The sentence a client sets above a quotation: "On Monday, 3 November 2025 at 10:12, Ann <ann@example.org> wrote:"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from intake.words.lines import bare, is_quoted
from intake.words.vocabulary import MYSELF, ON_THE_DAY, WROTE

_MOST_LINES = 6
_LONGEST = 600  # characters of a whole attribution


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


_VERB = re.compile(rf"(?<![a-z])(?:{_any(WROTE)})(?=[\s:：\-]|$)")
_STORY = re.compile(
    rf"(?<!\w)(?:{_any(MYSELF)})\s(?:{_any(WROTE)})|(?:schrieb|skrev|schreef)\s(?:{_any(MYSELF)})(?!\w)"
)
_DATED = re.compile(
    rf"[-–—\s]*(?:(?:{_any(ON_THE_DAY)})\s[^\n]{{0,40}}?\d"  # "On Monday, 3 ..."
    r"|[^\W\d_]{2,12}\.?,?\s{1,2}\d{1,2}[.\s]"  # "Mon 3 ..."
    r"|\d{1,4}\s?[-./年년]\s?\d"  # "2025-11-03", "3.11.2025"
    r"|\d{1,2}\.?\s[^\W\d_]{2,12}\.?,?\s\d{4})"  # "3 Nov 2025"
)
_TIME = re.compile(r"(?<![\d.:/])\d{1,2}[:.h]\d{2}(?![\d/]|\.\d)")
_WHOLE_DATE = re.compile(r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?!\d)")
_TIME_LAST = re.compile(r"\d{1,2}[:.h]\d{2}(?: uhr)?\)?\s?[:：]$")
_MAILBOX = re.compile(r"[<(\[]([^\s<>()@]{0,80}@[^\s<>()@]{1,200})[>)\]]|mailto:")
# Gmail before 2018, whose colon may get lost; and its Asian form of date, name and mailbox.
_BARE_STAMP = re.compile(r"\d{4}-\d\d-\d\d \d{1,2}:\d\d gmt[+-]\d\d:\d\d \S")
_LISTED = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s[^<]{0,200}<[^<>@\s]{1,80}@[^<>@\s]{1,200}>:?$")
_INSIDE = re.compile(r"(?<=[^\s-])(?:\s+|(?=--)|\s*(?=--))(?=-{0,5}\s?On (?:[A-Z][a-z]{2,8},? |\d))")


def attribution_start(lines: Sequence[str], end: int, *, before_quote: bool) -> int | None:
    """The first line of the attribution whose last line is `end`, or None when there is none.

    `before_quote` says that a quotation follows: then a verb and a colon are enough, or in whatever language a time and a
    mailbox in brackets. Otherwise the sentence must carry what only a client writes: a date with a time, or such a mailbox.
    """
    last = bare(lines[end]).lower()
    if _BARE_STAMP.match(last) or _LISTED.match(last):
        return end
    if not _ends(last):
        return None
    start = _start(lines, end)
    text = " ".join(bare(line) for line in lines[start : end + 1]).lower()
    if len(text) > _LONGEST or (not before_quote and _STORY.search(text)):
        return None
    dated, mailbox = _DATED.match(text) is not None, _MAILBOX.search(text) is not None
    if _VERB.search(text, max(0, len(text) - 200)):
        framed = text.startswith("--") and text.endswith("--")
        dated = dated or _WHOLE_DATE.search(text) is not None
        told = framed or mailbox or (dated and ("@" in text or _TIME.search(text))) or _TIME_LAST.search(text)
        return start if before_quote or told else None
    return start if (dated or before_quote) and mailbox and _TIME.search(text) else None


def mailbox_in(sentence: str) -> str:
    """The address in brackets that an attribution names, or ""."""
    found = _MAILBOX.search(sentence)
    return (found[1] or "") if found else ""


def part_shared_line(line: str) -> list[str]:
    """A line that holds the end of the new words and a whole attribution, as two; any other as it is."""
    if not line.rstrip().endswith("wrote:") or len(line) > _LONGEST or is_quoted(line):
        return [line]
    if _DATED.match(bare(line).lower()):
        return [line]
    return _INSIDE.split(line, maxsplit=1)


def _ends(last: str) -> bool:
    if not last:
        return False
    return last[-1] in ":：" or (last[-1] == "-" and _VERB.search(last[-_LONGEST:]) is not None)


def _start(lines: Sequence[str], end: int) -> int:
    """Where the sentence begins: the nearest line up that starts with a date; a gap may lie in it."""
    for at in range(end, max(-1, end - _MOST_LINES), -1):
        text = bare(lines[at])
        if at < end and text[-1:] in (":", "："):
            break
        if _DATED.match(text.lower()):
            return at
    for at in range(end, max(-1, end - 3), -1):
        text = " ".join(bare(line) for line in lines[at : end + 1]).lower()[:_LONGEST]
        if not lines[at].strip():
            break
        if _VERB.search(text) and (_MAILBOX.search(text) or _TIME.search(text)):
            named_above = at > 0 and text.startswith(("<", "(<")) and lines[at - 1].strip()
            return at - 1 if named_above else at
    return end
