"""Expressions are found as whole words, side by side, each in its place."""

from __future__ import annotations

import pytest

from intake.cues import listen
from intake.matters import matters
from intake.spotting import Expressions, Spotter

LATE = Expressions(r"late|never (?:came|arrived)|\w+n't", r"verspät\w+|cassée?")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("late", ["late"]),
        ("late late, late", ["late", "late", "late"]),
        ("it never came and wasn't late", ["never came", "wasn't", "late"]),
        ("verspätet? cassée!", ["verspätet", "cassée"]),
        ("(late)\nlate", ["late", "late"]),
        ("latest, plate, é-late, élate, late's, 'late, later", ["late"]),
        ("never\ncame", []),
        ("", []),
    ],
)
def test_every_whole_word_is_found_and_none_in_a_longer_one(text: str, found: list[str]) -> None:
    assert [said for _, said in LATE.each(text)] == found


def test_what_stands_between_is_told_with_each() -> None:
    assert [before for before, _ in LATE.each("one, zwei – late; drei late")] == ["\none, zwei – ", "; drei "]


def test_several_rows_are_spotted_at_once_by_name() -> None:
    spotter = Spotter({"late": LATE, "rude": Expressions("rude"), "loud": Expressions("loud|shouted")})
    assert spotter.spot("they shouted, and it never came") == {"late", "loud"}
    assert spotter.spot("nothing") == frozenset()


def test_half_a_character_hinders_nothing() -> None:
    broken = "late \ud83d order 88123, refund"
    assert [said for _, said in LATE.each(broken)] == ["late"]
    assert (listen(broken).cues, listen(broken).points, matters(broken)) == (("money",), 1, ("88123",))
