"""Posts, SMTP and a full mailbox all at once: all of it counts, once, and what staff write does not wait for it. F-09.

The short form of `python -m bench.faults.storm`.
"""

from __future__ import annotations

import pytest

from bench.faults.storm import Weather, blow
from tests.store.databases import absent


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_in_a_storm_nothing_is_lost_and_every_answer_of_staff_arrives(database: str) -> None:
    if database == "postgresql" and (reason := absent()):
        pytest.skip(reason)
    verdict = await blow(database, Weather(posts=300, seconds=3.0, connections=20, backlog=50), 1)
    assert verdict.kept, f"\n{verdict}"
