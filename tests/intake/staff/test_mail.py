"""What staff do with a case by answering a letter about it: whom the words reach, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from intake.case import Status
from intake.deciding.decision import Verdict
from intake.letters.letter import LetterKind
from tests.staffroom import (
    LAMP,
    Room,
    events,
    kinds,
    refused,
    to_customer,
)


def test_plain_words_go_to_the_customer_and_keep_the_promise() -> None:
    room = Room()
    answer = to_customer(room.write("The right shade leaves today."))
    assert answer is not None
    assert answer.to.address == "jo@customer.example"
    assert "The right shade leaves today." in answer.text
    assert (room.case.replies, room.case.open_promises) == (1, ())


@pytest.mark.parametrize(
    "body", ["#note\nShe sounds upset.", "#note She sounds upset.", "#internal\nShe sounds upset."]
)
def test_a_note_stays_inside_and_keeps_no_promise(body: str) -> None:
    decision = Room().write(body)
    assert kinds(decision) == ["note_added"]
    assert "upset" in events(decision)[0].data["text"]
    assert decision.letters == ()


def test_the_note_address_makes_a_note_of_everything() -> None:
    assert kinds(Room().write("She sounds upset.", note=True)) == ["note_added"]
    assert refused(Room().write("#reply\nDear Jo", note=True))[0] == "note-and-reply"


def test_a_brand_may_turn_the_default_round() -> None:
    assert kinds(Room(staff_reply="note").write("She sounds upset.")) == ["note_added"]
    answer = to_customer(Room(staff_reply="note").write("#reply\nIt leaves today."))
    assert answer is not None
    assert "#reply" not in answer.text
    assert refused(Room(staff_reply="note").write("#promise Fri 17:00\nDear Jo"))[0] == "promise-without-words"


def test_a_misspelt_command_does_nothing_and_names_the_right_one() -> None:
    slug, words = refused(Room().write("#reslved sent\nDear Jo, it is on its way."))
    assert slug == "unknown-command"
    assert "#reslved is not a command. Did you mean #resolve?" in words


def test_of_several_commands_all_are_done_or_none() -> None:
    assert kinds(Room().write("#complex\n#pass Warehouse\n#note look at the photo")) == [
        *("marked_complex", "case_passed", "note_added")
    ]
    assert refused(Room().write("#complex\n#pass Nowhere"))[0] == "unknown-department"


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ("Hi,\n#note she is lying", "command-below-text"),
        ("#note\n#reply\nDear Jo", "note-and-reply"),
        ("#pass Warehouse\n#pass Warehouse", "said-twice"),
        ("#resolve sent\n#idea check it\n\nDear Jo", "who-is-it-for"),
        ("#reply", "nothing-written"),
        ("#reply Dear Jo", "reply-on-the-line"),
        ("#note", "nothing-written"),
        ("", "nothing-written"),
        ("#resolve", "no-resolution"),
        ("#idea", "no-idea"),
        ("#reopen", "still-open"),
        ("#join", "nothing-held"),
        ("#open", "nothing-held"),
        ("#followup maybe", "unreadable-followup"),
        ("#followup yes", "no-resolution"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(body: str, slug: str) -> None:
    assert refused(Room().write(body))[0] == slug


def test_a_promise_is_said_to_the_customer_below_the_words() -> None:
    room = Room()
    answer = to_customer(room.write("#promise Fri 17:00\nWe are looking for it."))
    assert answer is not None
    assert "by 17:00 on Friday 16 January (UK time)" in answer.text
    (promise,) = room.case.open_promises
    assert (promise.kind, promise.due_at) == ("news", datetime(2026, 1, 16, 17, 0, tzinfo=UTC))
    assert room.case.promises[0].state == "kept"


@pytest.mark.parametrize(
    ("time", "slug", "said"),
    [
        ("whenever", "unreadable-time", "We cannot tell when that is: whenever."),
        ("", "unreadable-time", "#promise Fri 17:00"),
        ("today 09:00", "time-not-to-come", "Tuesday 13 January 2026 at 09:00"),
        ("2062-01-22", "time-not-to-come", "22 January 2062"),
    ],
)
def test_a_promise_needs_a_time_to_come(time: str, slug: str, said: str) -> None:
    found, words = refused(Room().write(f"#promise {time}\nDear Jo"))
    assert found == slug
    assert said in words


def test_a_promise_without_words_to_the_customer_is_none() -> None:
    assert refused(Room().write("#promise Fri 17:00"))[0] == "promise-without-words"
    assert refused(Room().write("#note\n#promise Fri 17:00\nfor us"))[0] == "promise-without-words"


def test_an_idea_is_kept_for_the_register() -> None:
    room = Room()
    room.write("#idea photograph shades before packing")
    assert room.case.ideas == ("photograph shades before packing",)


def test_status_is_answered_with_the_history_and_changes_nothing() -> None:
    room = Room()
    decision = room.write("#pass Warehouse\n#status")
    status = next(letter for letter in decision.letters if letter.kind is LetterKind.STATUS)
    assert "Asha Patel passed it to Warehouse, Wes Tan" in status.text
    assert kinds(Room().write("#status")) == []


def test_a_customer_without_an_address_cannot_be_answered() -> None:
    case = replace(LAMP, route=replace(LAMP.route, address=""))
    assert refused(Room(case).write("Dear Jo"))[0] == "no-address"


def test_an_investigation_that_gave_news_owes_more() -> None:
    room = Room(replace(LAMP, status=Status.INVESTIGATING, complex=True))
    room.write("Second payment traced.")
    assert [p.kind for p in room.case.open_promises] == ["target"]


def test_a_program_that_writes_in_a_persons_name_is_held_and_not_answered() -> None:
    room = Room()
    decision = room.send(room.mail("Your backup is done.", headers="Auto-Submitted: auto-generated\n"))
    assert (decision.verdict, decision.letters, decision.changes) == (Verdict.HOLD, (), ())
    assert decision.hold is not None
    assert decision.hold.reason == "automatic-staff-mail"


def test_a_vacation_reply_of_staff_reaches_nobody() -> None:
    room = Room()
    decision = room.send(room.mail("I am away until Monday.", headers="Auto-Submitted: auto-replied\n"))
    assert decision.verdict is Verdict.RECORD
    assert decision.letters == ()
