"""What staff do with a case by answering a letter about it: each command, what it refuses, and whom the words reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from intake.case import Case, Kind, Promise, Status
from intake.deciding.decision import Verdict
from intake.history import fold
from intake.letters.letter import LetterKind
from tests.harbour import ASHA, BEN, KIM, WES
from tests.staffroom import LAMP, NEWS, NOON, Room, events, kinds, refused, to_customer

OTHER = replace(LAMP, ref="HH-1111-2222M", handler="kim", received_at=NOON - timedelta(days=3), promises=())
HELD = replace(LAMP, status=Status.HELD, related=(OTHER.ref,), participants=("jo@work.example",), matters=("88123",))
RESOLVED = replace(LAMP, status=Status.RESOLVED, resolution="sent", promises=())
FOLLOW_UP = replace(RESOLVED, status=Status.FOLLOW_UP, follow_up_due_at=NOON + timedelta(days=1), passed=True)


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


@pytest.mark.parametrize(
    "team", ["Warehouse", "warehouse", "to the Warehouse", "@wes", "Wes Tan", "wes@staff.harbour.example"]
)
def test_pass_hands_the_case_over_and_tells_the_new_handler(team: str) -> None:
    room = Room()
    decision = room.write(f"#pass {team}\nPlease look for the pallet.")
    assert (room.case.owner, room.case.handler, room.case.status) == ("asha", "wes", Status.INVESTIGATING)
    (letter,) = decision.letters
    assert (letter.kind, letter.to.address) == (LetterKind.NOTIFICATION, WES.email)
    assert "Please look for the pallet." in letter.text
    assert "stays accountable" in letter.text


def test_pass_takes_words_on_its_line_along() -> None:
    decision = Room().write("#pass Warehouse: please look for the pallet")
    assert "please look for the pallet" in decision.letters[0].text


@pytest.mark.parametrize(
    ("team", "slug", "said"),
    [
        ("Warehose", "unknown-department", "Did you mean Warehouse? Teams are: Customer Care, Warehouse."),
        ("Warehouses", "unknown-department", "Teams are: Customer Care, Warehouse."),
        ("", "unknown-department", "#pass needs a team. Teams are: Customer Care, Warehouse."),
        ("Customer Care", "already-there", "The case is with Asha Patel already."),
    ],
)
def test_pass_names_the_teams_there_are(team: str, slug: str, said: str) -> None:
    found, words = refused(Room().write(f"#pass {team}"))
    assert found == slug
    assert said in words


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


def test_join_takes_in_the_contacts_and_keeps_the_earlier_clock() -> None:
    room = Room(HELD, related=(OTHER,))
    decision = room.write(f"#join {OTHER.ref}")
    other = fold(OTHER, events(decision, OTHER.ref))
    assert (room.case.status, room.case.merged_into) == (Status.MERGED, OTHER.ref)
    assert (other.contacts, other.received_at) == (2, OTHER.received_at)
    assert set(other.participants) == {"jo@customer.example", "jo@work.example"}
    assert other.matters == ("88123",)
    assert [(p.kind, p.due_at) for p in other.open_promises] == [("news", NEWS.due_at)]
    assert Kind.PROMISE_KEPT not in {event.kind for change in decision.changes for event in change.events}
    assert [letter.to.address for letter in decision.letters] == [KIM.email, BEN.email], (
        "a repeat is told to the seniors"
    )


def test_a_senior_who_joins_a_case_is_not_told_of_it() -> None:
    decision = Room(HELD, related=(OTHER,)).write("#join", BEN)
    assert [letter.to.address for letter in decision.letters] == [KIM.email]


def test_join_keeps_what_is_due_earlier_on_the_other_case() -> None:
    early = Promise(id="p1", kind="news", made_at=NOON, due_at=NEWS.due_at - timedelta(hours=1), made_by="daemon")
    other = replace(OTHER, promises=(early,))
    decision = Room(HELD, related=(other,)).write("#join")
    assert fold(other, events(decision, other.ref)).open_promises == (early,)


def test_join_opens_a_resolved_case_again() -> None:
    other = replace(OTHER, status=Status.RESOLVED)
    decision = Room(HELD, related=(other,)).write("#join")
    assert fold(other, events(decision, other.ref)).status is Status.OPEN


def test_join_needs_to_know_which_case() -> None:
    third = replace(OTHER, ref="HH-3333-4444X")
    held = replace(HELD, related=(OTHER.ref, third.ref))
    slug, words = refused(Room(held, related=(OTHER, third)).write("#join"))
    assert slug == "nothing-to-join"
    assert OTHER.ref in words
    assert third.ref in words
    assert Room(held, related=(OTHER, third)).write(f"#join {third.ref}").changes[-1].ref == third.ref
    assert refused(Room(HELD, related=(OTHER,)).write("#join HH-9999-9999A"))[0] == "nothing-to-join"


def test_open_lets_a_held_case_stand_by_itself() -> None:
    room = Room(HELD, related=(OTHER,))
    room.write("#open\n#pass Warehouse")
    assert (room.case.status, room.case.handler) == (Status.INVESTIGATING, "wes")
    assert refused(Room(HELD).write("#resolve sent"))[0] == "still-held"


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
