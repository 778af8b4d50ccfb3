"""The daemon is killed in the midst of its work, again and again: nothing that it accepted is lost, changed or doubled.

The short form of `python -m bench.faults`: the same siege with fewer kills. P1, P3, P5 and K-01, K-05, K-10 of the plan. CI
asks for more kills than whoever runs the tests by hand wants to wait for.
"""

from __future__ import annotations

import os

import pytest

from bench.faults.__main__ import besiege
from bench.faults.mails import Wire
from bench.faults.siege import Plan
from tests.store.databases import absent

KILLS = int(os.environ.get("ANSWERABLE_KILLS", "4"))
MESSAGES = max(40, 4 * KILLS)


@pytest.mark.timeout(60 + 20 * KILLS)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("way", ["smtp", "lmtp", "webhook", "imap"])
async def test_whatever_was_accepted_survives_being_killed_at_any_moment(way: Wire, database: str) -> None:
    if database == "postgresql" and (reason := absent()):
        pytest.skip(reason)
    verdict = await besiege(Plan(way=way, kills=KILLS, messages=MESSAGES, seed=1), database)
    assert verdict.kept, f"\n{verdict}"
