"""Waits between attempts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.retry import next_attempt
from tests.harbour import TUESDAY


@pytest.mark.parametrize(
    ("attempts", "minutes"),
    [(1, 1), (2, 2), (3, 4), (4, 8), (8, 128), (9, 240), (10, 240), (36, 240), (37, None), (1000, None)],
)
def test_waits_double_up_to_four_hours_and_end_after_five_days(attempts, minutes):
    expected = None if minutes is None else TUESDAY + timedelta(minutes=minutes)
    assert next_attempt(attempts, now=TUESDAY, jitter=0.0) == expected


@given(attempts=st.integers(1, 36), jitter=st.floats(0, 1, exclude_max=True))
def test_chance_shortens_a_wait_by_a_quarter_at_most(attempts, jitter):
    plain = next_attempt(attempts, now=TUESDAY, jitter=0.0)
    earlier = next_attempt(attempts, now=TUESDAY, jitter=jitter)
    assert plain is not None
    assert earlier is not None
    assert 0.75 * (plain - TUESDAY) <= earlier - TUESDAY <= plain - TUESDAY


def test_the_first_three_attempts_come_within_the_first_ten_minutes():
    now = TUESDAY
    for attempts in (1, 2, 3):
        again = next_attempt(attempts, now=now, jitter=0.5)
        assert again is not None
        now = again
    assert now - TUESDAY < timedelta(minutes=10)
