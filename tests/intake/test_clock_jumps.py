"""Clocks jump, and twice a year an hour is missing or comes twice: nothing is said twice, and there is no storm. F-05, P18."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.case import Promise, Status
from intake.deciding.due import due
from intake.history import fold
from intake.hours import Calendar, promise_due
from tests.harbour import HARBOUR, TUESDAY
from tests.intake.asking import a_case
from tests.paper import letters

ZONES = ("Europe/London", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata")
JUMPS = st.one_of(
    st.sampled_from([timedelta(days=-1), timedelta(days=30), timedelta(seconds=1), timedelta(seconds=-1)]),
    st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=3)),
)


@settings(max_examples=60)
@given(zone=st.sampled_from(ZONES), jumps=st.lists(JUMPS, min_size=1, max_size=12))
def test_whatever_the_clock_does_nothing_is_said_twice_and_the_next_look_lies_ahead(
    zone: str, jumps: list[timedelta]
) -> None:
    pen = letters(hours=replace(HARBOUR.hours, zone=zone))
    promise = Promise(id="p1", kind="news", made_at=TUESDAY, due_at=TUESDAY + timedelta(hours=5), made_by="daemon")
    case = a_case(
        status=Status.FOLLOW_UP,
        replies=1,
        resolution="replaced",
        follow_up_due_at=TUESDAY + timedelta(days=1),
        promises=(promise,),
    )
    now, said = TUESDAY, Counter[tuple[str, str, str]]()
    for jump in jumps:
        now += jump
        for again in (False, True):
            done = due(case, pen.policy, pen, now=now)
            assert len(done.letters) <= (0 if again else 4)
            assert done.next_look is None or done.next_look > now
            case = fold(case, [event for change in done.changes for event in change.events])
            said.update((letter.kind.value, letter.cause, letter.to.address) for letter in done.letters)
    assert set(said.values()) <= {1}
    assert sum(number for (kind, _, _), number in said.items() if kind == "follow_up") <= 1


@settings(max_examples=200)
@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 12, 31)).map(
        lambda at: at.replace(tzinfo=UTC)
    ),
)
def test_a_promise_falls_into_opening_hours_on_every_day_of_the_year_in_every_zone(zone: str, now: datetime) -> None:
    hours = replace(HARBOUR.hours, zone=zone)
    due_at = promise_due(now, hours)
    local = Calendar(hours).local(due_at)
    assert now < due_at < now + timedelta(days=7)
    assert hours.opens <= local.time() <= hours.closes
    assert local.strftime("%a").lower() in hours.days
