"""Times as people write them: in the brand's zone, over changes of the clock, and nothing guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.hours import Calendar
from intake.policy import Hours
from intake.staff.times import moment

CALENDAR = Calendar(Hours())
TUESDAY = datetime(2026, 1, 13, 10, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "day_and_time"),
    [
        ("Fri 17:00", "16 17:00"),
        ("friday 5pm", "16 17:00"),
        ("Friday at 5 p.m.", "16 17:00"),
        ("by 17:00 on Friday", "16 17:00"),
        ("Fri 5.30pm", "16 17:30"),
        ("17h30 Fri", "16 17:30"),
        ("Thurs", "15 17:30"),
        ("weds noon", "14 12:00"),
        ("this Friday", "16 17:30"),
        ("tomorrow", "14 17:30"),
        ("tomorrow noon", "14 12:00"),
        ("tomorrow, by noon", "14 12:00"),
        ("the day after tomorrow 9am", "15 09:00"),
        ("today 16:30", "13 16:30"),
        ("16:30", "13 16:30"),
        ("12am tomorrow", "14 00:00"),
        ("12pm", "13 12:00"),
        ("end of day", "13 17:30"),
        ("Friday by close of business", "16 17:30"),
        ("22 Jan 10:30", "22 10:30"),
        ("22nd of January 10:30", "22 10:30"),
        ("Jan 22 10:30", "22 10:30"),
        ("Thu 22 Jan 10:30", "22 10:30"),
        ("22/1 10:30", "22 10:30"),
        ("22/01/2026 10:30", "22 10:30"),
        ("22.1.2026 10:30", "22 10:30"),
        ("2026-01-22 17:30", "22 17:30"),
        ("in 2 days", "15 17:30"),
        ("in two days at noon", "15 12:00"),
        ("in 4 working days", "19 17:30"),
        ("in a week", "20 17:30"),
        ("in 3 hours", "13 13:04"),
        ("in 30 minutes", "13 10:34"),
        ("Tue 12:00", "13 12:00"),
        ("Tue 09:00", "20 09:00"),  # today it is too late for that
    ],
)
def test_a_time_is_read_by_the_brands_clock(words: str, day_and_time: str) -> None:
    at = moment(words, now=TUESDAY, calendar=CALENDAR)
    assert at is not None
    assert f"{CALENDAR.local(at):%d %H:%M}" == day_and_time
    assert (at.year, at.month) == (2026, 1)


@pytest.mark.parametrize(
    "words",
    [
        *("", "soon", "Friday or so", "Friday or Saturday", "next Friday", "Fri 5", "5", "25:00", "13pm", "0pm"),
        *("17:60", "31 Feb", "31/2", "2026-13-01", "Fri 22 Jan", "in 0 days", "in 9999 days", "22", "may be"),
        *("Fri 17:00 GMT", "tomorrow 17:00 18:00", "9" * 500, "in " * 400),
    ],
)
def test_what_does_not_name_one_time_is_not_guessed(words: str) -> None:
    assert moment(words, now=TUESDAY, calendar=CALENDAR) is None


def test_a_time_that_is_past_is_told_and_not_moved() -> None:
    assert moment("today 09:00", now=TUESDAY, calendar=CALENDAR) == TUESDAY.replace(hour=9, minute=0)
    assert moment("12 Jan", now=TUESDAY, calendar=CALENDAR) < TUESDAY


def test_a_date_without_a_year_goes_over_the_turn_of_the_year() -> None:
    christmas = datetime(2026, 12, 28, 9, 0, tzinfo=UTC)
    assert moment("4 Jan noon", now=christmas, calendar=CALENDAR) == datetime(2027, 1, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "words", "utc"),
    [
        (datetime(2026, 3, 27, 12, tzinfo=UTC), "Fri 17:00", datetime(2026, 3, 27, 17, tzinfo=UTC)),
        (datetime(2026, 3, 27, 12, tzinfo=UTC), "Mon 17:00", datetime(2026, 3, 30, 16, tzinfo=UTC)),
        (datetime(2026, 10, 23, 12, tzinfo=UTC), "Mon 17:00", datetime(2026, 10, 26, 17, tzinfo=UTC)),
        (datetime(2026, 10, 23, 12, tzinfo=UTC), "25 Oct 01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 3, 27, 12, tzinfo=UTC), "29 Mar 01:30", None),
    ],
    ids=["before", "after-the-spring-change", "after-the-autumn-change", "twice-that-night", "never-that-night"],
)
def test_a_change_of_the_clock_does_not_move_a_promise(now: datetime, words: str, utc: datetime | None) -> None:
    assert moment(words, now=now, calendar=CALENDAR) == utc


def test_another_zone_has_its_own_today() -> None:
    tokyo = Calendar(Hours(zone="Asia/Tokyo", country="JP", region=""))
    evening = datetime(2026, 1, 13, 20, 0, tzinfo=UTC)  # the 14th in Tokyo
    assert moment("today 9am", now=evening, calendar=tokyo) == datetime(2026, 1, 14, 0, 0, tzinfo=UTC)


@given(st.text(max_size=200))
def test_no_text_makes_it_raise(words: str) -> None:
    at = moment(words, now=TUESDAY, calendar=CALENDAR)
    assert at is None or at.tzinfo is not None


@given(st.datetimes(datetime(2026, 1, 14), datetime(2026, 6, 30), timezones=st.just(UTC)))
def test_what_is_written_out_in_full_is_read_back(at: datetime) -> None:
    minute = at.replace(second=0, microsecond=0)
    assert moment(f"{CALENDAR.local(minute):%Y-%m-%d %H:%M}", now=TUESDAY, calendar=CALENDAR) == minute
