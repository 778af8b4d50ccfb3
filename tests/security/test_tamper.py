"""Nobody changes a history or takes a message away unnoticed, not even who can write to the database and knows how it hashes.

D-02. The long form, with a thousand damages by chance, is `python -m bench.tamper`; what `audit` says of each kind of damage, on
both databases, is in `tests/store/test_audit.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.tamper import damaged, found, furnish
from store.audit import anchors as anchoring
from tests.harbour import TUESDAY


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnish(tmp_path_factory.mktemp("whole"))


def test_d02_a_whole_store_agrees_with_its_anchors(whole: Path) -> None:
    heads = anchoring.read(whole.parent / "anchors").heads
    assert found(whole, head=heads[-1]) == set()


@pytest.mark.parametrize("seed", range(30))
def test_d02_every_damage_to_a_history_is_found(seed: int, whole: Path) -> None:
    copy = whole.parent / "copy.db"
    name = damaged(whole, seed, copy)
    assert found(copy), name


@pytest.mark.parametrize("name", ["a message deleted", "a message replaced"])
def test_d02_a_message_of_no_case_that_was_taken_away_is_found_by_the_anchors_and_by_nothing_else(
    name: str, whole: Path
) -> None:
    copy = whole.parent / "copy.db"
    damaged(whole, 1, copy, name)
    assert found(copy) == {"arrivals-differ"}


def test_d02_a_history_that_was_written_anew_is_found_by_its_anchor_and_by_nothing_else(whole: Path) -> None:
    copy = whole.parent / "copy.db"
    damaged(whole, 1, copy, "a history written anew")
    assert found(copy) == {"anchor-differs"}
    anchors = whole.parent / "anchors"
    kept = anchors.read_bytes()
    try:
        anchors.write_bytes(b"")
        assert found(copy) == set()
        assert found(copy, head="0" * 64) == {"anchor-missing"}
        anchors.write_bytes(re.sub(rb"(Q 6 ).", rb"\1x", kept, count=1))
        assert "anchor-changed" in found(whole)
        anchors.write_bytes(kept + b"HH-0000-0001Q 7 cut off in a cra")
        assert found(whole) == set()
    finally:
        anchors.write_bytes(kept)


def test_d02_a_block_holds_what_went_on_since_the_last_one_and_a_torn_one_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "anchors"

    def add(news: dict[str, tuple[int, str]]) -> str | None:
        return anchoring.add(path, anchoring.read(path), news, now=TUESDAY)

    first = add({"A": (1, "a1"), "B": (1, "b1"), "arrivals": (3, "c1")})
    assert add({}) is None
    with path.open("ab") as file:
        file.write(b"B 2 b2\nC 1")
    second = add({"B": (2, "b2")})
    known = anchoring.read(path)
    assert (known.heads, known.changed, known.ends) == ([first, second], None, {"A": (1, "a1"), "B": (2, "b2")})
    assert known.arrived == [(3, "c1")]
    words = [line.split()[0] for line in path.read_text().splitlines()]
    assert words == ["A", "B", "arrivals", "head", "B", "head"]
    assert path.stat().st_mode & 0o077 == 0
