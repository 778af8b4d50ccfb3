"""Whose words are these: what the sender newly wrote, their signature, and what they quoted.

Layers, strongest first: the client's own markup, ">" marks, then the lines that clients of many languages set above an older
message. In doubt the text stays in the reply.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from intake.message import Words
from intake.words.attribution import attribution_start
from intake.words.headers import block_at, field_of, marker_of
from intake.words.laying import laid_out
from intake.words.lines import (
    Whose,
    is_framed,
    is_quoted,
    is_rule,
    next_filled,
    telling,
    unquoted,
    without_words,
)
from intake.words.marker import reply_marker_end
from intake.words.markup import owners_by_markup
from intake.words.signature import signature_start

_GAP = re.compile(r"\n{3,}")
_LEAST_MARKED = 3  # lines: who cites a line or two without saying whose they are chose them, and means them to be read


def split(text: str, html: str | None = None) -> Words:
    """Part `text` into what its sender newly wrote, their signature, and what they quoted. Never raises.

    `html` is the same message's HTML as the client wrote it, not sanitised. What repeats a letter of ours is told by
    `own_words`, once it is known which one was answered.
    The three parts together hold every word of `text`. Where nothing would be left as new, all of it counts as new,
    unless it is plain that the sender added nothing: then `reply` is empty.
    """
    lines = laid_out(text)
    return part(text, lines, telling(lines), html, passed_on=False)


def part(text: str, lines: list[str], candidates: Sequence[int], html: str | None, *, passed_on: bool) -> Words:
    """As `split`, for a text whose lines are known, and which of them are `telling`; `passed_on` as the subject says."""
    owners = _owners(lines, candidates, html, passed_on=passed_on)
    words = _words(lines, owners)
    return words if words.reply or passed_on or _only_passed_on(lines) else Words(reply=text.strip())


def _only_passed_on(lines: list[str]) -> bool:
    """True where it is plain that the sender added nothing: every line is marked, or a client says it is a forward."""
    filled = [line for line in lines if line.strip()]
    return all(map(is_quoted, filled)) or any(marker_of(unquoted(line)) == "forwarded" for line in filled)


def _owners(lines: list[str], candidates: Sequence[int], html: str | None, *, passed_on: bool) -> list[Whose]:
    owners: list[Whose] = owners_by_markup(lines, html) if html else ["reply"] * len(lines)
    marked = [
        at for at, line in enumerate(lines) if ">" in line and is_quoted(line) and not _ends_a_broken_mailbox(lines, at)
    ]
    before = list(owners)
    for at in marked:
        owners[at] = "quoted"
    if "quoted" in owners:
        _mark_strays(lines, owners)
    introduced = _mark_boundaries(lines, candidates, owners, passed_on=passed_on) or any(
        reply_marker_end(lines, at) for at in marked
    )
    if len(marked) < _LEAST_MARKED and not introduced and "quoted" not in before:
        owners = before
    _mark_signatures(lines, owners)
    return owners


def _ends_a_broken_mailbox(lines: list[str], at: int) -> bool:
    """Some clients break "Ann <mailto:ann@example.org> wrote:" before the ">"; that one marks no quotation."""
    return lines[at].strip() == "> wrote:" and not is_quoted(lines[at - 1])


def _mark_strays(lines: list[str], owners: list[Whose]) -> None:
    """A long link that was broken out of its quoted line is still quoted."""
    for at in range(1, len(lines) - 1):
        between = owners[at - 1] == owners[at + 1] == "quoted"
        if between and owners[at] == "reply" and without_words(lines[at]):
            owners[at] = "quoted"


def _mark_boundaries(lines: list[str], candidates: Sequence[int], owners: list[Whose], *, passed_on: bool) -> bool:
    """What stands above a quotation belongs to it; where no marked quotation follows, all the rest is the quotation.

    With nothing new above it, the rest stays, unless it was passed on: people write below an unmarked quotation, or in it.
    Says whether there was any such line.
    """
    seen, first_new, found = 0, len(lines), False
    for at in candidates:
        span = _boundary(lines, owners, at) if at >= seen and _is_new(lines, owners, at) else None
        if span is None:
            continue
        above = (line for line in range(seen, at) if _is_new(lines, owners, line))
        first_new = min(first_new, next(above, len(lines)))
        found, (start, end) = True, span
        following = next_filled(lines, end)
        unmarked = following < len(lines) and owners[following] == "reply"
        if unmarked and (first_new < start or passed_on or marker_of(lines[start])):
            end = following = len(lines)
        start = _with_rules_above(lines, start)
        owners[start:end] = ["quoted"] * (end - start)
        seen = following
    return found


def _is_new(lines: list[str], owners: list[Whose], at: int) -> bool:
    return owners[at] == "reply" and bool(lines[at].strip())


def _with_rules_above(lines: list[str], start: int) -> int:
    """Outlook draws a line above the header lines, others write a heading in it: part of the quotation."""
    above = start - 1
    while above >= 0 and (not lines[above].strip() or is_rule(lines[above]) or is_framed(lines[above])):
        start = above if lines[above].strip() else start
        above -= 1
    return start


def _boundary(lines: list[str], owners: list[Whose], at: int) -> tuple[int, int] | None:
    """The lines [start, end) of the marker, header block or attribution that line `at` belongs to, or None."""
    following = next_filled(lines, at + 1)
    ours = reply_marker_end(lines, at)
    if ours:
        return at, ours
    if marker_of(lines[at]):
        block = block_at(lines, following, marked=True)
        return at, block.end if block else at + 1
    block = block_at(lines, at)
    if block:
        return at, block.end
    quote_follows = following < len(lines) and owners[following] == "quoted"
    start = attribution_start(lines, at, before_quote=quote_follows)
    return None if start is None else (_with_fields_above(lines, start), at + 1)


def _with_fields_above(lines: list[str], start: int) -> int:
    """Yandex sets To and Subject above its attribution."""
    while start > 0 and (field_of(lines[start - 1]) or ("", ""))[0] in ("to", "cc", "subject"):
        start -= 1
    return start


def _mark_signatures(lines: list[str], owners: list[Whose]) -> None:
    at = 0
    for owner, run in groupby(list(owners)):
        end = at + len(list(run))
        start = signature_start(lines, at, end) if owner == "reply" else end
        owners[start:end] = ["signature"] * (end - start)
        at = end


def _words(lines: list[str], owners: list[Whose]) -> Words:
    if owners.count("reply") == len(owners):
        return Words(reply=_closed("\n".join(lines).strip()))  # as in most mail
    parts: dict[Whose, list[str]] = {"reply": [], "signature": [], "quoted": []}
    for line, owner in zip(lines, owners, strict=True):
        parts[owner].append(line)
    return Words(**{owner: _closed("\n".join(its).strip()) for owner, its in parts.items()})


def _closed(text: str) -> str:
    """Without the gaps where something was taken out."""
    return _GAP.sub("\n\n", text) if "\n\n\n" in text else text
