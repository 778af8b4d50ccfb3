"""A text as lines, and whose each line is. Every step that follows works on these two lists."""

from __future__ import annotations

from typing import Literal, TypeAlias

Whose: TypeAlias = Literal["reply", "signature", "quoted"]

LONG = 2_000  # characters: no client writes a marker on a longer line, so no pattern looks at one
MUCH = 262_144  # characters of a text that are looked at; what follows belongs to whoever had the last line

_DECORATION = " \t\u00a0\u200b\u200e\u200f\u202a\u202c\u2068\u2069\ufeff*_"


def lines_of(text: str) -> list[str]:
    """The lines of `text`, without their ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def bare(line: str) -> str:
    """A line without the marks that clients put around it for bold type or for writing direction."""
    return line.strip(_DECORATION) if len(line) <= LONG else ""


def unquoted(line: str) -> str:
    """A line without its leading ">" marks."""
    return line.lstrip("> \t") if line.lstrip(" ")[:1] == ">" else line


def is_quoted(line: str) -> bool:
    """True for a line that carries the ">" of a quotation; ">>> look here <<<" is an ornament."""
    start = line.lstrip(" \t")
    return start[:1] == ">" and not start.rstrip().endswith("<")


def next_filled(lines: list[str], start: int) -> int:
    """The index of the first line from `start` on that holds anything, or the number of lines."""
    return next((i for i in range(start, len(lines)) if lines[i].strip()), len(lines))
