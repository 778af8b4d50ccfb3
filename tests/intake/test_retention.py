"""How long something is kept is counted as people count it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from intake.retention import since

LEAP_DAY = datetime(2028, 2, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("1 day", "2028-02-28"),
        ("90 days", "2027-12-01"),
        ("1 month", "2028-01-29"),
        ("18 months", "2026-08-29"),
        ("1 year", "2027-02-28"),
        ("4 years", "2024-02-29"),
    ],
)
def test_a_period_ends_on_the_same_day_or_the_last_one_there_is(period: str, day: str) -> None:
    assert since(period, LEAP_DAY).isoformat() == f"{day}T12:00:00+00:00"


def test_the_end_of_a_month_stays_the_end_of_a_month() -> None:
    assert since("1 month", datetime(2026, 3, 31, tzinfo=UTC)).date().isoformat() == "2026-02-28"


@pytest.mark.parametrize("period", ["", "0 days", "90", "-1 days", "six years", "1 year ", "9999 years", "٩ days"])
def test_what_is_no_period_is_said(period: str) -> None:
    with pytest.raises(ValueError, match=r"should be|longer"):
        since(period, LEAP_DAY)
