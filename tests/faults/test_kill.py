"""The daemon is killed in the midst of its work, again and again: nothing that it accepted is lost, changed or doubled.

The short form of `python -m bench.faults`: the same siege with fewer kills. P1, P3, P5 and K-01, K-10 of the plan.
"""

from __future__ import annotations

import pytest

from bench.faults.__main__ import besiege
from bench.faults.siege import Plan
from tests.store.databases import absent


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("way", "database", "kills"),
    [("smtp", "sqlite", 8), ("webhook", "sqlite", 5), ("smtp", "postgresql", 4)],
)
async def test_whatever_was_accepted_survives_being_killed_at_any_moment(way: str, database: str, kills: int) -> None:
    if database == "postgresql" and (reason := absent()):
        pytest.skip(reason)
    verdict = await besiege(Plan(way=way, kills=kills, messages=10 * kills, seed=1), database)
    assert verdict.kept, f"\n{verdict}"
