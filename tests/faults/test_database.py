"""The database is stopped, read-only, without connections or locked: mail is put off, nothing is lost, all goes on. P7, F-01."""

from __future__ import annotations

import pytest

from bench.faults.database import trouble
from tests.servers import postgres


@pytest.mark.timeout(120)
async def test_a_database_in_trouble_puts_mail_off_and_loses_nothing() -> None:
    if reason := postgres.absent():
        pytest.skip(reason)
    verdict = await trouble("postgresql", "smtp", times=4, seconds=2.5, seed=1)
    assert verdict.kept, f"\n{verdict}"
