"""Working time: the dates that customers are told are the dates of the calendar on the wall."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.hours import Calendar, promise_due, say_when
from intake.policy import Hours

ENGLAND = Hours()
SCOTLAND = Hours(region="SCT")
IRELAND = Hours(zone="Europe/Dublin", country="IE", region="")
SYDNEY = Hours(zone="Australia/Sydney", country="AU", region="NSW")
LONDON = ZoneInfo("Europe/London")
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(), timedelta(days=40))
brands = st.sampled_from([ENGLAND, SCOTLAND, IRELAND, SYDNEY])


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("hours", "received", "after"),
    [
        (ENGLAND, "2026-04-02", {3: "04-09", 5: "04-13", 10: "04-20", 15: "04-27", 20: "05-05", 35: "05-27"}),
        (SCOTLAND, "2026-04-02", {3: "04-08", 5: "04-10", 10: "04-17", 15: "04-24", 20: "05-01", 35: "05-26"}),
        (ENGLAND, "2026-05-22", {3: "05-28", 5: "06-01", 10: "06-08", 15: "06-15", 20: "06-22", 35: "07-13"}),
        (ENGLAND, "2026-08-28", {3: "09-03", 5: "09-07", 10: "09-14", 15: "09-21", 20: "09-28", 35: "10-19"}),
        (SCOTLAND, "2026-08-28", {3: "09-02", 5: "09-04", 10: "09-11", 15: "09-18", 20: "09-25", 35: "10-16"}),
        (SCOTLAND, "2026-06-11", {3: "06-17", 5: "06-19", 10: "06-26", 15: "07-03", 20: "07-10", 35: "07-31"}),
        (ENGLAND, "2026-06-11", {3: "06-16", 5: "06-18", 10: "06-25", 15: "07-02", 20: "07-09", 35: "07-30"}),
        (IRELAND, "2026-04-02", {5: "04-10", 20: "05-01", 40: "06-02"}),
    ],
)
def test_working_days_are_counted_as_the_nation_counts_them(hours: Hours, received: str, after: dict[int, str]) -> None:
    calendar = Calendar(hours)
    counted = {n: f"{calendar.next_working_day(date.fromisoformat(received), n):%m-%d}" for n in after}
    assert counted == after


@pytest.mark.parametrize(
    ("hours", "after"),
    [
        (ENGLAND, {3: "2026-12-30", 5: "2027-01-04", 10: "2027-01-11", 20: "2027-01-25", 35: "2027-02-15"}),
        (SCOTLAND, {3: "2026-12-30", 5: "2027-01-05", 10: "2027-01-12", 20: "2027-01-26", 35: "2027-02-16"}),
    ],
)
def test_working_days_are_counted_over_christmas_and_new_year(hours: Hours, after: dict[int, str]) -> None:
    calendar = Calendar(hours)
    assert {n: f"{calendar.next_working_day(date(2026, 12, 23), n)}" for n in after} == after


@pytest.mark.parametrize(
    ("received", "hours", "due"),
    [
        pytest.param(local(2026, 1, 21, 11, 20), ENGLAND, local(2026, 1, 21, 17, 30), id="same day"),
        pytest.param(local(2026, 1, 21, 3, 0), ENGLAND, local(2026, 1, 21, 17, 30), id="before opening"),
        pytest.param(local(2026, 1, 21, 15, 30), ENGLAND, local(2026, 1, 21, 17, 30), id="at the cut-off"),
        pytest.param(local(2026, 1, 21, 15, 31), ENGLAND, local(2026, 1, 22, 17, 30), id="a minute late"),
        pytest.param(local(2026, 1, 21, 23, 50), ENGLAND, local(2026, 1, 22, 17, 30), id="at night"),
        pytest.param(local(2026, 4, 2, 16, 45), ENGLAND, local(2026, 4, 7, 17, 30), id="Easter in England"),
        pytest.param(local(2026, 4, 2, 16, 45), SCOTLAND, local(2026, 4, 6, 17, 30), id="Easter in Scotland"),
        pytest.param(local(2026, 4, 4, 10, 0), ENGLAND, local(2026, 4, 7, 17, 30), id="on a holiday weekend"),
        pytest.param(
            local(2026, 1, 20, 18, 0),
            replace(ENGLAND, closed_on=(date(2026, 1, 21),)),
            local(2026, 1, 22, 17, 30),
            id="closed for once",
        ),
        pytest.param(local(2026, 3, 27, 16, 0), ENGLAND, local(2026, 3, 30, 17, 30), id="clocks go forward"),
        pytest.param(local(2026, 10, 23, 16, 0), ENGLAND, local(2026, 10, 26, 17, 30), id="clocks go back"),
    ],
)
def test_a_promise_is_for_today_only_up_to_the_cut_off(received: datetime, hours: Hours, due: datetime) -> None:
    assert promise_due(received.astimezone(UTC), hours) == due
    assert promise_due(received, hours).tzinfo is UTC


def test_the_date_of_receipt_is_the_brands_and_not_the_servers() -> None:
    at = datetime(2026, 6, 30, 23, 58, tzinfo=UTC)
    assert Calendar(ENGLAND).local(at).date() == date(2026, 7, 1)


@pytest.mark.parametrize("first", [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)])
def test_the_hour_that_comes_twice_keeps_its_order(first: datetime) -> None:
    calendar = Calendar(ENGLAND)
    second = first + timedelta(hours=1)
    assert calendar.local(first).time() == calendar.local(second).time() == time(1, 30)
    assert calendar.local(second).astimezone(UTC) - calendar.local(first).astimezone(UTC) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("due", "now", "locale", "said"),
    [
        ((1, 21), local(2026, 1, 21, 11, 20), "en_GB", "by 17:30 today, Wednesday 21 January (UK time)"),
        ((4, 7), local(2026, 4, 2, 16, 45), "en_GB", "by 17:30 on Tuesday 7 April (UK time)"),
        ((4, 7), local(2026, 4, 6, 23, 59), "en-GB", "by 17:30 on Tuesday 7 April (UK time)"),
        ((1, 21), local(2026, 1, 21, 11, 20), "de_DE", "bis heute, Mittwoch, 21. Januar, 17:30 Uhr (UK time)"),
        ((4, 7), local(2026, 4, 2, 16, 45), "de", "bis Dienstag, 7. April, 17:30 Uhr (UK time)"),
        ((4, 7), local(2026, 4, 2, 16, 45), "fr_FR", "avant le mardi 7 avril à 17:30 (UK time)"),
        ((4, 7), local(2026, 4, 2, 16, 45), "es", "antes de las 17:30 del martes 7 de abril (UK time)"),
        ((4, 7), local(2026, 4, 2, 16, 45), "it", "entro le 17:30 di martedì 7 aprile (UK time)"),
        ((4, 7), local(2026, 4, 2, 16, 45), "nl", "uiterlijk dinsdag 7 april om 17:30 uur (UK time)"),
        ((4, 7), local(2026, 4, 2, 16, 45), "ja", "by 17:30 on Tuesday 7 April (UK time)"),
        ((4, 7), local(2026, 4, 2, 16, 45), "nonsense!", "by 17:30 on Tuesday 7 April (UK time)"),
    ],
)
def test_a_customer_is_told_the_time_the_day_and_whose_clock(
    due: tuple[int, int], now: datetime, locale: str, said: str
) -> None:
    assert say_when(local(2026, *due, 17, 30).astimezone(UTC), now.astimezone(UTC), ENGLAND, locale) == said


def test_today_is_judged_by_the_brands_clock() -> None:
    """Half past midnight in Sydney is yesterday in Greenwich; it is still not today's promise."""
    due = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
    sydney = replace(SYDNEY, zone_name="Sydney time")
    assert "today" in say_when(due, datetime(2026, 11, 1, 13, 30, tzinfo=UTC), sydney)
    assert "today" not in say_when(due, datetime(2026, 11, 1, 12, 30, tzinfo=UTC), sydney)


@pytest.mark.parametrize(
    ("begin", "hours_worked", "end"),
    [
        (local(2026, 1, 21, 10), 2, local(2026, 1, 21, 12)),
        (local(2026, 1, 21, 16, 30), 2, local(2026, 1, 22, 10)),
        (local(2026, 1, 21, 3), 3, local(2026, 1, 21, 12)),
        (local(2026, 1, 23, 17, 30), 1, local(2026, 1, 26, 10)),
        (local(2026, 4, 2, 17), 3, local(2026, 4, 7, 11, 30)),
        (local(2026, 1, 21, 9), 8.5, local(2026, 1, 21, 17, 30)),
        (local(2026, 3, 27, 17), 1, local(2026, 3, 30, 9, 30)),
    ],
)
def test_working_time_stops_at_night_and_on_holidays(begin: datetime, hours_worked: float, end: datetime) -> None:
    calendar = Calendar(ENGLAND)
    assert calendar.add_working_time(begin, timedelta(hours=hours_worked)) == end
    assert calendar.working_time_between(begin, end) == timedelta(hours=hours_worked)


@given(brands, moments, spans)
def test_adding_working_time_and_measuring_it_agree(hours: Hours, begin: datetime, worked: timedelta) -> None:
    calendar = Calendar(hours)
    end = calendar.add_working_time(begin, worked)
    assert end >= begin
    assert calendar.working_time_between(begin, end) == worked


@given(brands, moments)
def test_a_promise_is_always_in_the_future_at_a_close_of_a_working_day(hours: Hours, received: datetime) -> None:
    calendar = Calendar(hours)
    due = promise_due(received, hours)
    assert due > received
    assert calendar.local(due).time() == hours.closes
    assert calendar.is_working_day(calendar.local(due).date())
    assert ("today" in say_when(due, received, hours)) == (
        calendar.local(due).date() == calendar.local(received).date()
    )


@given(brands, st.lists(moments, min_size=2, max_size=6))
def test_who_wrote_first_is_never_promised_later(hours: Hours, received: list[datetime]) -> None:
    dues = [promise_due(at, hours) for at in sorted(received)]
    assert all(earlier <= later for earlier, later in pairwise(dues))


@pytest.mark.parametrize(
    "hours",
    [
        Hours(zone="Europe/Londno"),
        Hours(zone=""),
        Hours(country="XX"),
        Hours(region="NOPE"),
        Hours(days=()),
        Hours(days=("someday",)),
        Hours(opens=time(18), closes=time(9)),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(hours: Hours) -> None:
    with pytest.raises(ValueError, match=r"."):
        Calendar(hours)
