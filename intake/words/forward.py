"""What somebody passed on: the message inside the message, as its reader sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from intake.message import Forwarded
from intake.words.attribution import attribution_start, mailbox_in
from intake.words.headers import LONGEST_BLOCK, Block, block_at, field_of, marker_of
from intake.words.lines import bare, is_quoted, next_filled, unquoted
from intake.words.vocabulary import FORWARD_PREFIXES

_LONGEST_SUBJECT = 500  # characters
_LABELS = re.compile(r"^\s*(?:\[[^\[\]:]{1,40}\]\s*)*")  # "[External]", as gateways and lists put before it


def find_forward(lines: Sequence[str], candidates: Sequence[int], *, passed_on: bool) -> Forwarded | None:
    """The first message that a text, given by its lines, passes on or holds with its header lines, or None. Never raises.

    A client's marker is enough, and so is a block of header lines, since Outlook writes nothing else; `is_forward_subject`
    tells the two apart where it matters. An attribution ("On Monday Ann wrote:") is a reply, unless the subject says that the
    message was `passed_on`: Outlook on a Mac writes nothing else above a forward.
    """
    for at in candidates:
        found = _opening(lines, at, unquoted(lines[at]))
        if found:
            return _forwarded(lines, found)
        if _is_answer(lines, at):
            return _attributed(lines, at) if passed_on else None
    return None


def is_forward_subject(subject: str) -> bool:
    """True when a client marked the subject as passed on: "FW:", "Fwd:", "WG:", "TR:", in any language."""
    head, colon, _ = _LABELS.sub("", subject[:_LONGEST_SUBJECT]).replace("：", ":").partition(":")
    return bool(colon) and head.strip(" []").replace("İ", "i").lower() in FORWARD_PREFIXES


def _is_answer(lines: Sequence[str], at: int) -> bool:
    """An attribution: whatever was passed on below it is part of what is being answered."""
    following = next_filled(lines, at + 1)
    before_quote = following < len(lines) and is_quoted(lines[following])
    return not is_quoted(lines[at]) and attribution_start(lines, at, before_quote=before_quote) is not None


def _attributed(lines: Sequence[str], at: int) -> Forwarded | None:
    """What stands below the attribution that ends on line `at`, if that names a mailbox."""
    start = attribution_start(lines, at, before_quote=True)
    sender = mailbox_in(" ".join(lines[start : at + 1]))
    below = Block(start=at + 1, end=at + 1, fields={"from": sender})
    return _forwarded(lines, below) if sender else None


def _opening(lines: Sequence[str], at: int, line: str) -> Block | None:
    """The header block that line `at` opens, be it empty under a marker."""
    marker = marker_of(line)
    if not marker:
        return _block(lines, at) if field_of(line) else None
    start = next((below for below in range(at + 1, len(lines)) if bare(unquoted(lines[below]))), len(lines))
    block = _block(lines, start, marked=True)
    return block or (Block(start=start, end=start, fields={}) if marker == "forwarded" else None)


def _block(lines: Sequence[str], start: int, *, marked: bool = False) -> Block | None:
    """The header block on line `start`, which may be quoted."""
    window = lines[start : start + LONGEST_BLOCK]
    if window and is_quoted(window[0]):
        window = [_peel(line) for line in window]
    block = block_at(window, 0, marked=marked)
    return replace(block, start=start, end=start + block.end) if block else None


def _forwarded(lines: Sequence[str], block: Block) -> Forwarded:
    fields = block.fields
    return Forwarded(
        from_=fields.get("from", ""),
        to=fields.get("to", ""),
        subject=fields.get("subject", ""),
        date=fields.get("date", ""),
        text="\n".join(_passage(lines, block)).strip(),
    )


def _passage(lines: Sequence[str], block: Block) -> Sequence[str]:
    """The forwarded words: where the client marked them with ">", as far as the marks go; else all the rest."""
    rest = lines[block.end :]
    all_marked = all(is_quoted(line) for line in rest if line.strip())
    if not all_marked and (block.start >= len(lines) or not is_quoted(lines[block.start])):
        return rest
    return [_peel(line) for line in takewhile(lambda line: is_quoted(line) or not line.strip(), rest)]


def _peel(line: str) -> str:
    mark = line.lstrip(" ")
    return mark[1:].removeprefix(" ") if mark[:1] == ">" else line
