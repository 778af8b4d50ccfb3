"""A message listened to once: what it sounds like, and how many issues it seems to raise."""

from __future__ import annotations

from dataclasses import dataclass

from intake.cues.plain import plain
from intake.cues.points import points
from intake.cues.signs import shouts, signs


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """`cues` are slugs in the order of the lexicon's groups, "shouting" last; () where nothing was noticed."""

    cues: tuple[str, ...]
    points: int  # 1 to 20


def listen(words: str, subject: str = "") -> Heard:
    """What the words sound like, with their subject; it raises no issue of its own."""
    folded = plain(words)
    noticed = signs(f"{plain(subject)}\n{folded}")
    shouted = ("shouting",) if shouts(f"{subject}\n{words}") else ()
    return Heard(cues=(*noticed, *shouted), points=points(folded))
