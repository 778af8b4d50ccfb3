"""A text as lines, and whose each line is. Every step that follows works on these two lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias
from unicodedata import combining, normalize

Whose: TypeAlias = Literal["reply", "signature", "quoted"]

LONG = 2_000  # characters: no client writes a marker on a longer line, so no pattern looks at one
MUCH = 262_144  # characters of a text that are looked at
MANY = 5_000  # lines of a text that are looked at; what follows belongs to whoever has the last one

_LEAST_OF_A_LINK = 6  # characters: "50%" is none
_LONGEST_HEADING = 80  # characters
RULES = "-–—_=*#<>+~|─━ "
_TELLING = frozenset(RULES)
_DECORATION = " \t\u00a0\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff*_"


def lines_of(text: str) -> list[str]:
    """The lines of `text`, without their ends; the last one holds all that is too much to look at."""
    lines = text[:MUCH].replace("\r\n", "\n").replace("\r", "\n").split("\n", MANY)
    lines[-1] += text[MUCH:]
    return lines


def bare(line: str) -> str:
    """A line without the marks that clients put around it for bold type or for writing direction."""
    return line.strip(_DECORATION) if len(line) <= LONG else ""


def folded(text: str) -> str:
    """Lower case without accents, for people write "Z powazaniem" too."""
    if text.isascii():
        return text.lower()
    return "".join(char for char in normalize("NFKD", text.lower()) if not combining(char))


def unquoted(line: str) -> str:
    """A line without its leading ">" marks."""
    return line.lstrip("> \t") if line.lstrip(" ")[:1] == ">" else line


def is_quoted(line: str) -> bool:
    """True for a line that carries the ">" of a quotation; ">>> look here <<<" is an ornament."""
    start = line.lstrip(" \t")
    return start[:1] == ">" and not start.rstrip().endswith("<<")


def without_words(line: str) -> bool:
    """True for a line of links, pieces of links and marks only. A number is an answer."""
    return not any(char.isalnum() for word in line.split() if not _of_a_link(word) for char in word)


def _of_a_link(word: str) -> bool:
    return "//" in word or (len(word) >= _LEAST_OF_A_LINK and any(mark in word for mark in "=&%_"))


def telling(lines: Sequence[str]) -> list[int]:
    """The few lines to look at closely: what clients write above a message has a colon, or begins with a rule or a date."""
    return [
        at
        for at, line in enumerate(lines)
        if ":" in line or "：" in line or (start := line.lstrip()[:1]) in _TELLING or start.isdigit()
    ]


def is_rule(line: str) -> bool:
    """True for a drawn line: "________", "-----"; a signature's two dashes are none."""
    text = line.strip()
    return len(text) > 2 and not text.strip("_-–—=─━")


def is_framed(line: str) -> bool:
    """True for a few words between dashes: a heading, such as clients set above a message in whatever language."""
    text = line.strip()
    return len(text) <= _LONGEST_HEADING and text[:4] == text[-4:] == "----" and not is_rule(line)


def next_filled(lines: Sequence[str], start: int) -> int:
    """The index of the first line from `start` on that holds anything, or the number of lines."""
    return next((i for i in range(start, len(lines)) if lines[i].strip()), len(lines))
