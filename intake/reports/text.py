"""Strangers' text made safe to search: bounded in size, cut into lines, addresses found in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator

TEXT_LIMIT = 262_144  # characters of one text
LINE_LIMIT = 2_000  # characters of one line
LINES_LIMIT = 10_000

# Chinese, Japanese and Korean set no spaces around an address: their letters end it, unless a name is all of them.
_CJK = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_LOCAL = rf"(?:[^\s<>()\[\]{{}}\"',;:=|\\@（）【】「」《》：，；、。{_CJK}]{{1,64}}|[{_CJK}]{{1,64}})"
_LAST_LABEL = rf"(?:[^\W_{_CJK}](?:(?![{_CJK}])[\w-]){{0,62}}|[{_CJK}]{{1,63}})"
ADDRESS = re.compile(rf"{_LOCAL}@[^\W_](?:[\w-]{{0,62}}\.){{1,8}}{_LAST_LABEL}")


def bounded_lines(text: str) -> list[str]:
    """The lines of a text, without what lies beyond the limits."""
    return [line[:LINE_LIMIT].rstrip() for line in text[:TEXT_LIMIT].splitlines()[:LINES_LIMIT]]


def mentions(line: str) -> Iterator[re.Match[str]]:
    """Every mail address in a line, with its place."""
    return ADDRESS.finditer(line) if "@" in line else iter(())


def addresses(line: str) -> list[str]:
    """Every mail address in a line, as written."""
    return [match.group().lstrip(".*") for match in mentions(line)]


def one_line(text: str) -> str:
    """Runs of white space folded, and no longer than a line may be."""
    return " ".join(text.split())[:LINE_LIMIT]
