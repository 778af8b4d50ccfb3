"""How staff end a case by mail: #resolve, the follow-up that it owes, and #reopen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.case import Case, Status
from intake.letters.letter import LetterKind
from tests.harbour import ASHA, WES
from tests.staffroom import (
    FOLLOW_UP,
    LAMP,
    NEWS,
    NOON,
    RESOLVED,
    Room,
    kinds,
    refused,
    to_customer,
)


@pytest.mark.parametrize("case", [replace(LAMP, promises=()), replace(LAMP, promises=(replace(NEWS, kind="target"),))])
def test_resolved_at_the_first_contact_owes_no_follow_up(case: Case) -> None:
    room = Room(case)
    assert room.write("#resolve told her how to turn it on").letters == ()
    assert (room.case.status, room.case.resolution) == (Status.RESOLVED, "told her how to turn it on")
    assert room.case.open_promises == ()


def test_resolved_at_the_first_contact_with_words_to_the_customer_keeps_the_promise() -> None:
    room = Room()
    room.write("#resolve switch explained\nDear Jo, the switch is under the foot.")
    assert (room.case.status, room.case.open_promises) == (Status.RESOLVED, ())


def test_a_promise_to_the_customer_is_not_kept_by_resolving_the_case_in_silence() -> None:
    room = Room()
    (task,) = room.write("#resolve new shade sent").letters
    assert (task.kind, task.to.address) == (LetterKind.FOLLOW_UP_TASK, ASHA.email)
    assert room.case.status is Status.FOLLOW_UP
    assert room.case.open_promises == (NEWS,)
    assert room.case.follow_up_due_at is not None
    assert NOON < room.case.follow_up_due_at < NEWS.due_at


def test_who_has_told_the_customer_says_so_and_settles_it_in_one_mail() -> None:
    room = Room()
    room.write("#resolve told her how to turn it on\n#followup yes")
    assert (room.case.settled, room.case.open_promises) == (True, ())


@pytest.mark.parametrize(
    "case",
    [
        replace(LAMP, passed=True),
        replace(LAMP, complex=True),
        replace(LAMP, contacts=2),
        replace(LAMP, replies=1),
        replace(LAMP, reopened=1),
        replace(LAMP, first_time="no"),
    ],
    ids=["passed", "complex", "wrote-again", "answered-before", "reopened", "told-us-before"],
)
def test_resolved_otherwise_owes_the_owner_a_dated_follow_up(case: Case) -> None:
    room = Room(case)
    decision = room.write("#resolve shade delivered", WES)
    assert room.case.status is Status.FOLLOW_UP
    assert room.case.follow_up_due_at is not None
    assert room.case.follow_up_due_at > NOON
    (task,) = decision.letters
    assert (task.kind, task.to.address) == (LetterKind.FOLLOW_UP_TASK, ASHA.email)


def test_resolve_with_words_below_does_both() -> None:
    room = Room(replace(LAMP, contacts=2))
    decision = room.write("#resolve new shade sent\nDear Jo, your new shade is on its way.")
    answer = to_customer(decision)
    assert answer is not None
    assert "on its way" in answer.text
    assert "#resolve" not in answer.text
    assert room.case.status is Status.FOLLOW_UP
    assert room.case.resolution == "new shade sent"
    assert sorted(letter.kind for letter in decision.letters) == ["follow_up_task", "reply"]


def test_a_resolved_case_takes_no_promise_and_is_not_passed_on() -> None:
    for body in ("#promise Fri 17:00\nDear Jo", "#pass Warehouse", "#resolve again", "#complex"):
        slug, words = refused(Room(RESOLVED).write(body))
        assert slug == "already-resolved"
        assert "#reopen" in words
    assert refused(Room().write("#promise Fri 17:00\n#resolve sent\n\nDear Jo"))[0] == "resolve-and-promise"


def test_reopen_sets_a_target_and_tells_whoever_handles_it() -> None:
    room = Room(replace(RESOLVED, handler="wes"))
    decision = room.write("#reopen she called, it broke again")
    assert (room.case.status, room.case.reopened) == (Status.OPEN, 1)
    assert [p.kind for p in room.case.open_promises] == ["target"]
    assert [letter.to.address for letter in decision.letters] == [WES.email]
    assert kinds(Room(RESOLVED).write("#reopen\n#pass Warehouse")) == ["case_reopened", "promise_made", "case_passed"]


def test_a_yes_to_the_follow_up_settles_the_case() -> None:
    room = Room(FOLLOW_UP)
    room.write("#followup yes, she is happy with it")
    assert room.case.settled
    assert room.case.followed_up_on == NOON.date()


def test_a_no_to_the_follow_up_opens_the_case_again() -> None:
    room = Room(replace(FOLLOW_UP, handler="wes"))
    decision = room.write("#followup no still the wrong colour")
    assert (room.case.status, room.case.reopened) == (Status.OPEN, 1)
    assert [letter.to.address for letter in decision.letters] == [WES.email]


@pytest.mark.parametrize("words", ["voicemail", "no answer", "no-answer", "Voicemail, will try later", "unreachable"])
def test_a_call_that_reached_nobody_is_an_attempt_and_asks_for_a_second(words: str) -> None:
    room = Room(FOLLOW_UP)
    decision = room.write(f"#followup {words}")
    assert (room.case.status, room.case.follow_up_attempts) == (Status.FOLLOW_UP, 1)
    assert room.case.follow_up_due_at is not None
    assert room.case.follow_up_due_at >= NOON + timedelta(hours=3)
    assert [letter.kind for letter in decision.letters] == [LetterKind.FOLLOW_UP_TASK]


def test_after_the_second_attempt_the_customer_is_asked_by_mail() -> None:
    room = Room(FOLLOW_UP)
    room.write("#followup voicemail")
    room.write("#followup voicemail")
    assert room.case.follow_up_attempts == 2
    assert room.case.follow_up_due_at == NOON
