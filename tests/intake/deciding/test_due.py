"""What time alone does to a case: reminders, the honest letter, the follow-up, and never the same thing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from intake.case import Case, Echo, Promise, PromiseState, Status
from intake.deciding.decision import Due
from intake.deciding.due import due
from intake.history import fold
from tests.harbour import TUESDAY
from tests.intake.asking import a_case
from tests.paper import letters

NEWS = Promise(
    id="p1", kind="news", made_at=TUESDAY, due_at=TUESDAY.replace(hour=17, minute=30), made_by="daemon"
)  # 7 h 26 min of working time: half of it at 13:47, three quarters at 15:38:30, nine tenths at 16:45:24
FRIDAY = datetime(2026, 1, 16, 16, 0, tzinfo=UTC)


def looked(case: Case, at: datetime, *, written: int = 0) -> Due:
    pen = letters()
    return due(case, pen.policy, pen, now=at, written=written)


def after(case: Case, done: Due) -> Case:
    return fold(case, [event for change in done.changes for event in change.events])


def told(done: Due) -> list[tuple[str, str]]:
    return [(letter.kind.value, letter.to.address.partition("@")[0]) for letter in done.letters]


@pytest.mark.parametrize(
    ("hour", "minute", "percent"), [(13, 46, 0), (13, 47, 50), (15, 38, 50), (15, 39, 75), (16, 45, 75), (16, 46, 90)]
)
def test_one_reminder_for_the_highest_share_of_the_time(hour: int, minute: int, percent: int) -> None:
    case = a_case(promises=(NEWS,))
    done = looked(case, TUESDAY.replace(hour=hour, minute=minute))
    assert told(done) == ([("nudge", "asha")] if percent else [])
    assert after(case, done).promises[0].nudged == percent


def test_a_reminder_is_not_repeated() -> None:
    case = a_case(promises=(replace(NEWS, nudged=90),))
    done = looked(case, TUESDAY.replace(hour=17))
    assert (done.letters, done.changes) == ((), ())
    assert done.next_look == TUESDAY.replace(hour=17, minute=25)


def test_the_honest_letter_goes_out_before_the_time_has_passed_and_names_the_next_date() -> None:
    case = a_case(promises=(NEWS,))
    done = looked(case, TUESDAY.replace(hour=17, minute=25))
    assert told(done) == [("promise_broken", "jo"), ("nudge", "asha"), ("nudge", "ben")]
    assert "by 12:00 on Wednesday 14 January (UK time)" in done.letters[0].text
    broken, renewed = after(case, done).promises
    assert (broken.state, renewed.state, renewed.kind) == (PromiseState.BROKEN, PromiseState.OPEN, "news")
    assert renewed.due_at == datetime(2026, 1, 14, 12, 0, tzinfo=UTC)


def test_a_missed_target_is_told_to_staff_and_never_to_the_customer() -> None:
    case = a_case(promises=(replace(NEWS, kind="target"),))
    done = looked(case, TUESDAY.replace(hour=17, minute=25))
    assert told(done) == [("nudge", "asha"), ("nudge", "ben")]
    assert "The customer was told nothing" in done.letters[0].text


def test_beside_a_promise_our_own_target_is_silent() -> None:
    target = replace(NEWS, id="p2", kind="target", due_at=TUESDAY + timedelta(hours=1))
    case = a_case(promises=(NEWS, target))
    assert told(looked(case, TUESDAY + timedelta(hours=2))) == []


def test_a_promise_over_the_weekend_is_reminded_of_in_working_time_only() -> None:
    monday = datetime(2026, 1, 19, 12, 0, tzinfo=UTC)
    case = a_case(promises=(replace(NEWS, made_at=FRIDAY, due_at=monday),))  # 1.5 h on Friday and 3 h on Monday
    assert looked(case, datetime(2026, 1, 17, 12, 0, tzinfo=UTC)).letters == ()
    assert looked(case, FRIDAY).next_look == datetime(2026, 1, 19, 9, 45, tzinfo=UTC)


def test_a_broken_promise_on_a_friday_is_renewed_for_monday() -> None:
    case = a_case(promises=(replace(NEWS, made_at=FRIDAY, due_at=FRIDAY.replace(hour=17, minute=30)),))
    done = looked(case, FRIDAY.replace(hour=17, minute=25))
    assert "by 12:00 on Monday 19 January (UK time)" in done.letters[0].text


def test_a_short_promise_is_not_broken_while_half_of_its_time_is_left() -> None:
    case = a_case(promises=(replace(NEWS, due_at=TUESDAY + timedelta(minutes=4)),))
    assert all(kind != "promise_broken" for kind, _ in told(looked(case, TUESDAY + timedelta(minutes=1))))
    assert ("promise_broken", "jo") in told(looked(case, TUESDAY + timedelta(minutes=2)))


@pytest.mark.parametrize("handler", ["gone", "asha"])
def test_somebody_is_always_reminded_even_if_the_handler_has_left(handler: str) -> None:
    case = a_case(handler=handler, owner="gone", promises=(NEWS,))
    done = looked(case, TUESDAY.replace(hour=14))
    assert len(done.letters) == 1
    assert done.next_look is not None
    assert done.next_look > TUESDAY.replace(hour=14)


WAITING = a_case(status=Status.FOLLOW_UP, replies=1, resolution="replaced", follow_up_due_at=FRIDAY)


def test_the_follow_up_goes_out_when_it_is_due_and_once() -> None:
    early, on_time = looked(WAITING, FRIDAY - timedelta(minutes=1)), looked(WAITING, FRIDAY)
    assert (told(early), early.next_look) == ([], FRIDAY)
    assert told(on_time) == [("follow_up", "jo")]
    asked = after(WAITING, on_time)
    assert looked(asked, FRIDAY + timedelta(days=1)).letters == ()


def test_the_follow_up_is_the_news_that_was_promised_before_the_case_was_resolved() -> None:
    before = replace(NEWS, made_at=FRIDAY - timedelta(hours=6), due_at=FRIDAY + timedelta(minutes=5))
    since = replace(before, id="p2", made_at=FRIDAY - timedelta(hours=1), due_at=FRIDAY + timedelta(days=3))
    case = replace(WAITING, resolved_at=FRIDAY - timedelta(hours=2), promises=(before, since))
    done = looked(case, FRIDAY)
    assert ("follow_up", "jo") in told(done)
    assert ("promise_broken", "jo") not in told(done)
    assert [p.state for p in after(case, done).promises] == [PromiseState.KEPT, PromiseState.OPEN]


def test_who_never_heard_from_us_by_mail_gets_no_follow_up_by_itself_but_the_owner_is_asked_again() -> None:
    case = replace(WAITING, replies=0, acknowledged_at=None)
    done = looked(case, FRIDAY)
    assert told(done) == [("follow_up_task", "asha")]
    assert done.next_look == datetime(2026, 1, 19, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.MERGED])
def test_nothing_is_due_on_a_case_that_is_over(status: Status) -> None:
    done = looked(a_case(status=status, promises=(NEWS,)), TUESDAY + timedelta(days=3))
    assert (done.letters, done.changes, done.next_look) == ((), (), None)


def test_who_had_three_letters_today_is_not_written_to_and_staff_read_that_it_is_up_to_them() -> None:
    case = a_case(promises=(NEWS,))
    done = looked(case, TUESDAY.replace(hour=17, minute=25), written=3)
    assert told(done) == [("nudge", "asha"), ("nudge", "ben")]
    assert "The customer was not told" in done.letters[0].text
    broken, renewed = after(case, done).promises
    assert (broken.state, renewed.kind) == (PromiseState.BROKEN, "target")


def test_the_follow_up_of_who_had_three_letters_today_is_made_by_phone() -> None:
    assert told(looked(WAITING, FRIDAY, written=2)) == [("follow_up", "jo")]
    assert told(looked(WAITING, FRIDAY, written=3)) == [("follow_up_task", "asha")]


def broken(case: Case, **how: Any) -> Due:
    pen = letters()
    return due(case, pen.policy, pen, now=TUESDAY.replace(hour=17, minute=25), **how)


def test_a_promise_is_renewed_by_machine_once_and_then_never_again_until_a_person_has_written() -> None:
    first = replace(NEWS, id="p0", state=PromiseState.BROKEN)
    case = a_case(promises=(first, NEWS))
    done = broken(case)
    assert told(done) == [("promise_broken", "jo"), ("nudge", "asha"), ("nudge", "ben")]
    assert "the next one comes from a person" in done.letters[0].text
    assert "without a new date" in done.letters[1].text
    assert after(case, done).promises[-1].kind == "target"
    since = replace(case, answered_last_at=TUESDAY - timedelta(minutes=1))
    assert "the next one comes from a person" in broken(since).letters[0].text, "they wrote before it was made"
    answered = replace(
        case, promises=(replace(first, made_at=TUESDAY - timedelta(days=1)), NEWS), answered_last_at=TUESDAY
    )
    assert "by 12:00 on Wednesday 14 January" in broken(answered).letters[0].text


def test_who_has_written_back_is_told_but_promised_nothing_more_by_machine() -> None:
    done = broken(a_case(promises=(NEWS,), echo=Echo.PERSON))
    assert told(done)[0] == ("promise_broken", "jo")
    assert "the next one comes from a person" in done.letters[0].text


@pytest.mark.parametrize("on_another_case", [False, True])
def test_who_may_be_a_machine_is_not_written_to_and_staff_read_so(on_another_case: bool) -> None:
    case = a_case(promises=(NEWS,), echo=Echo.SILENCE if on_another_case else Echo.MACHINE)
    done = broken(case, others=(a_case(echo=Echo.MACHINE),) if on_another_case else ())
    assert told(done) == [("nudge", "asha"), ("nudge", "ben")]
    assert "a machine may be answering us" in " ".join(done.letters[0].text.split())
    assert after(case, done).echo is case.echo
