"""What staff read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from intake.letters.body import types
from intake.message import Attachment
from intake.signals import Direction
from intake.tokens import prove
from intake.words import REPLY_MARKER
from tests.harbour import ASHA, HARBOUR, KIM, POLICY, WES
from tests.intake.letters.writing import AT, CASE, PEN, REF, TODAY, notification
from tests.paper import letters


def test_the_owner_calls_with_the_script_of_the_procedure_word_for_word() -> None:
    case = replace(CASE, issue="your missing pallet")
    text = PEN.follow_up_task(case, ASHA, **AT, due_at=TODAY.due_at).text
    assert (
        "> Hello, my name is Asha Patel calling from Harbour Home. We were speaking earlier regarding your missing pallet. "
        "I'm just following up to see if everything has now been resolved to your satisfaction and you are happy?\n"
    ) in text
    assert "> Is there anything else I can assist you with today?\n" in text
    assert "> Thank you for your time.\n" in text
    assert "by 17:30 today" in text


@pytest.mark.parametrize(
    ("plain_reply", "first"),
    [("customer", "Press Reply to answer the customer."), ("note", "Press Reply to make an internal note.")],
)
def test_the_first_sentence_of_a_notification_says_where_a_plain_reply_goes(plain_reply: str, first: str) -> None:
    letter = letters(staff_reply=plain_reply).notification(
        CASE, ASHA, **AT, words="Hello", reasons=(), kind_of="new", promise=None
    )
    assert letter.text.startswith(f"{REPLY_MARKER}\n\n{first}")


def test_a_notification_has_the_customers_words_and_all_that_is_known() -> None:
    letter = notification()
    for known in (
        "> My lamp (order 88123) came with the wrong shade.",
        "Customer: Jo Marsh",
        "Written from: jo.marsh@example.org",
        "Owner: Asha Patel",
        "Time remaining: 7 hours, 26 minutes",
        "The customer was promised: by 17:30 today",
        "Your limit in one case: £50.00",
        "Beyond it ask: Ben Okoro",
        "#note",
        "#resolve",
    ):
        assert known in letter.text
    assert (letter.to.address, letter.person) == (ASHA.email, "asha")


def test_a_notification_carries_two_addresses_made_for_that_person() -> None:
    letter = notification()
    note = re.search(r"help\+n\.\S+@harbour\.example", letter.text)
    assert note
    for address, direction in ((letter.reply_address, Direction.STAFF), (note[0], Direction.NOTE)):
        token = prove(address, POLICY.keys)
        assert token is not None
        assert (token.direction, token.subject, token.ref) == (direction, "asha", "hh48291357k")


def test_a_target_is_not_shown_as_a_promise() -> None:
    text = notification(promise=replace(TODAY, kind="target")).text
    assert "Our own target, not told to the customer: by 17:30 today" in text
    assert "The customer was promised" not in text


def test_a_held_case_asks_for_a_decision_and_names_the_other_case() -> None:
    text = notification(replace(CASE, related=("HH-1111-2222T",)), kind_of="held").text
    assert "#join" in text
    assert "#open" in text
    assert "Perhaps part of: HH-1111-2222T" in text


def test_a_colleague_who_gets_a_case_learns_who_stays_accountable() -> None:
    text = PEN.notification(
        replace(CASE, handler="wes"),
        WES,
        **AT,
        words="Pallet missing",
        reasons=("passed-on",),
        kind_of="passed",
        promise=None,
    ).text
    assert "Asha Patel stays accountable" in text
    assert "Handler: Wes Tan" in text


def test_files_that_came_along_go_to_staff() -> None:
    photo = Attachment(name="lamp.jpg", type="image/jpeg", size=3, content=b"\xff\xd8\xff")
    letter = notification(attachments=(photo,))
    assert letter.attachments == (photo,)
    assert "- lamp.jpg" in letter.text


def test_a_program_that_is_called_a_picture_goes_as_plain_bytes_and_the_letter_says_so() -> None:
    program = Attachment(name="lamp.jpg", type="image/jpeg", size=3, content=b"MZ\x90")
    letter = notification(attachments=(program,))
    assert "- lamp.jpg (take care: it is no image/jpeg)" in letter.text
    assert types(letter.attachments)[-1] == "application/octet-stream"


def test_files_too_large_for_a_mail_are_named_and_stay_with_the_case() -> None:
    small, huge = (
        Attachment(name=name, type="video/mp4", size=size, content=b"")
        for name, size in (("short.mp4", 3), ("long.mp4", 60_000_000))
    )
    letter = notification(attachments=(huge, small))
    assert letter.attachments == (small,)
    assert "kept with the case: long.mp4" in letter.text


def test_customers_words_are_data_never_markup_nor_template() -> None:
    letter = notification(words="<script>alert(1)</script> {{ 7 * 7 }} {% raw %}")
    assert "<script" not in letter.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }} {% raw %}" in letter.html
    assert "{{ 7 * 7 }}" in letter.text


def test_a_very_long_message_is_cut_in_the_letter_and_takes_no_time() -> None:
    letter = notification(words="word " * 400_000)
    assert len(letter.text) < 25_000
    assert "[...]" in letter.text


@pytest.mark.parametrize(
    ("percent", "subject"),
    [(50, f"{REF} 3 hours left: Jo Marsh"), (100, f"{REF} Promise broken: Jo Marsh")],
)
def test_a_reminder_says_in_its_subject_how_much_time_is_left(percent: int, subject: str) -> None:
    now = TODAY.due_at - timedelta(hours=3)
    assert (
        PEN.nudge(CASE, KIM, cause="promise:p1", now=now, promise=TODAY, percent=percent, told=True).subject == subject
    )


def test_what_was_not_done_is_said_with_the_reason_and_the_way_to_mend_it() -> None:
    letter = PEN.refusal(
        ASHA,
        brand=HARBOUR,
        case=CASE,
        **AT,
        reason="unknown-command",
        detail="#reslved is not a command. Did you mean #resolved?",
        subject="Re: lamp",
    )
    assert "Nothing went to a customer, and nothing was changed." in letter.text
    assert "Did you mean #resolved?" in letter.text
    assert prove(letter.reply_address, POLICY.keys) is not None


def test_a_letter_about_no_case_has_no_signed_address() -> None:
    letter = PEN.hold_notice(ASHA, brand=HARBOUR, case=None, **AT, reason="no-signed-address", words="", related=())
    assert (letter.case_ref, letter.reply_address) == ("", "")
    assert "A mail in your name was held." in letter.text


def test_a_status_tells_the_history_in_order() -> None:
    text = PEN.status(CASE, ASHA, **AT, history=("It came in.", "Asha answered.")).text
    assert "- It came in.\n- Asha answered.\n" in text
