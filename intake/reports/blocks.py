"""Whose lines are whose in a notice about several recipients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from intake.reports.status import best_status
from intake.reports.text import addresses

_BLOCK = 12  # lines that belong to one recipient at most
_MOST = 6_000  # characters about one of them, and about all


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocks:
    """Lines by the recipient whom they follow, and the lines that follow nobody."""

    own: dict[str, list[str]]  # by case-folded address
    common: str

    def about(self, name: str) -> str:
        """What is said about one recipient: its own lines; with what is said of all, when those name no cause."""
        text = "\n".join(self.own.get(name.casefold(), ()))[:_MOST]
        return text if best_status("", text) else f"{text}\n{self.common}"


def blocks(names: Iterable[str], lines: Sequence[str]) -> Blocks:
    """Give each line to the recipient named in it, or named last before it."""
    own: dict[str, list[str]] = {name.casefold(): [] for name in names}
    common: list[str] = []
    owner, left = "", 0
    for line in lines:
        named = next((found.casefold() for found in addresses(line) if found.casefold() in own), "")
        owner, left = (named, _BLOCK) if named else (owner, left - 1)
        (own[owner] if owner and left > 0 else common).append(line)
    return Blocks(own=own, common="\n".join(common)[:_MOST])
