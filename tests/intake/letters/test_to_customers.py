"""What customers read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from intake.case import Route
from intake.cues import says_resolved
from intake.hours import promise_due
from intake.signals import Direction
from intake.tokens import prove
from intake.words import REPLY_MARKER
from tests.harbour import ASHA, HARBOUR, POLICY
from tests.intake.letters.writing import AT, CASE, PEN, REF, TODAY, acknowledgement, promise


def test_an_acknowledgement_says_the_reference_the_person_and_by_when() -> None:
    letter = acknowledgement()
    assert letter.subject == f"We have your message - {REF}"
    assert f"Your reference: {REF}" in letter.text
    assert "Asha Patel is looking after it for you" in letter.text
    assert "by 17:30 today, Tuesday 13 January (UK time)" in letter.text
    assert "020 7946 0123" in letter.text
    assert letter.automatic
    assert letter.to == Route(channel="mail", address="jo.marsh@example.org")


def test_an_acknowledgement_answers_the_customers_message_from_an_address_that_is_theirs() -> None:
    letter = acknowledgement()
    assert (letter.in_reply_to, letter.references) == ("a1@example.org", ("a1@example.org",))
    token = prove(letter.reply_address, POLICY.keys)
    assert token is not None
    assert token.direction is Direction.CUSTOMER


def test_a_complex_issue_is_told_of_an_investigation_with_the_aim_of_resolving_it() -> None:
    text = acknowledgement(replace(CASE, complex=True)).text
    assert (
        "investigating what happened, with the aim of resolving it for you, and will get back to you by 17:30 today"
        in text
    )


@pytest.mark.parametrize(
    ("received", "said"),
    [
        (datetime(2026, 1, 21, 11, 20, tzinfo=UTC), "by 17:30 today, Wednesday 21 January (UK time)"),
        (datetime(2026, 4, 2, 15, 45, tzinfo=UTC), "by 17:30 on Tuesday 7 April (UK time)"),  # 16:45 before Good Friday
        (datetime(2026, 6, 13, 22, 41, tzinfo=UTC), "by 17:30 on Monday 15 June (UK time)"),  # a Saturday night
    ],
)
def test_today_is_said_only_where_the_promise_says_so(received: datetime, said: str) -> None:
    letter = acknowledgement(told=promise(promise_due(received, HARBOUR.hours)), now=received)
    assert said in letter.text
    assert letter.text.count("today") == said.count("today")


def test_the_first_time_question_is_asked_once_and_only_when_it_is_to_be_asked() -> None:
    question = "is this the first time you have told us about this?"
    assert acknowledgement(ask=True).text.count(question) == 1
    assert question not in acknowledgement(ask=False).text


def test_a_repeat_names_who_dealt_with_it_before_and_does_not_ask_again() -> None:
    letter = PEN.repeat_acknowledgement(replace(CASE, owner="kim", handler="asha"), **AT, promise=TODAY)
    assert "Asha Patel, who dealt with this before, has your message" in letter.text
    assert "first time" not in letter.text


def test_our_own_target_is_never_told_to_a_customer() -> None:
    target = replace(TODAY, kind="target")
    for letter in (acknowledgement(told=target), PEN.repeat_acknowledgement(CASE, **AT, promise=target)):
        assert "17:30" not in letter.text


def test_a_promise_that_cannot_be_kept_is_said_so_with_a_new_date_and_no_excuse() -> None:
    due = datetime(2026, 1, 21, 17, 30, tzinfo=UTC)
    renewed = promise(datetime(2026, 1, 22, 12, 0, tzinfo=UTC))
    letter = PEN.promise_broken(
        CASE, cause="promise:p1", now=due - timedelta(minutes=5), broken=promise(due), new=renewed
    )
    assert "We told you that you would hear from us by 17:30 today, Wednesday 21 January (UK time)." in letter.text
    assert "We are not able to keep that promise, and we are sorry." in letter.text
    assert "Asha Patel, who will be in touch by 12:00 on Thursday 22 January (UK time)." in letter.text
    assert not re.search(r"unfortunately|due to|because of|busy|volume|delay", letter.text)
    late = PEN.promise_broken(CASE, cause="promise:p1", now=due, broken=promise(due), new=renewed)
    assert "We have not kept that promise" in late.text


def test_a_promise_that_no_machine_renews_is_said_so_without_a_date() -> None:
    due = datetime(2026, 1, 21, 17, 30, tzinfo=UTC)
    letters = [
        PEN.promise_broken(speaker, cause="promise:p1", now=due, broken=promise(due), new=None)
        for speaker in (CASE, replace(CASE, language="de"))
    ]
    for letter, words in zip(letters, ("the next one comes from a person", "sondern ein Mensch"), strict=True):
        assert words in " ".join(letter.text.split())
        assert "Asha Patel" in letter.text


def test_a_follow_up_by_mail_has_the_three_lines_and_two_easy_answers() -> None:
    letter = PEN.follow_up(CASE, **AT)
    assert letter.from_name == "Asha at Harbour Home"
    assert "my name is Asha Patel, writing from Harbour Home. We were speaking earlier regarding" in letter.text
    assert (
        "I'm just following up to see if everything has now been resolved to your satisfaction and you are happy?"
        in letter.text
    )
    assert "Is there anything else I can assist you with?" in letter.text
    assert "Thank you for your time." in letter.text
    links = [a.attributes["href"] or "" for a in HTMLParser(letter.html).css("a[href^=mailto]")]
    assert [link.partition("body=")[2] for link in links] == ["Yes%2C%20all%20is%20well.", "No%2C%20not%20yet."]
    assert all(link.startswith("mailto:help%2Bc.hh48291357k.") for link in links)


def test_the_easy_answers_are_ones_that_we_understand() -> None:
    for language in ("en", "de"):
        letter = PEN.follow_up(replace(CASE, language=language), **AT)
        answers = [a.text() for a in HTMLParser(letter.html).css("a[href^=mailto]")]
        assert [says_resolved(answer) for answer in answers] == ["yes", "no"]


def test_a_follow_up_in_a_chat_has_no_mail_links() -> None:
    letter = PEN.follow_up(replace(CASE, route=Route(channel="chat", address="s1")), **AT)
    assert "mailto:" not in letter.html
    assert "e-mail" not in letter.text
    assert "Yes, all is well." in letter.text


def test_a_reply_is_the_persons_own_words_in_their_name_from_the_desk() -> None:
    letter = PEN.reply(CASE, ASHA, **AT, text="It is on its way.\n\nBest, Asha")
    assert letter.from_name == "Asha at Harbour Home"
    assert letter.text.startswith(f"{REPLY_MARKER}\n\nIt is on its way.\n\nBest, Asha\n")
    assert letter.subject == f"Re: Wrong lamp shade [{REF}]"
    assert not letter.automatic
    assert ASHA.email not in letter.text + letter.html


def test_a_promise_made_in_a_reply_is_said_with_its_date() -> None:
    letter = PEN.reply(CASE, ASHA, **AT, text="I am asking the warehouse.", promise=TODAY)
    assert "You will hear from me again by 17:30 today, Tuesday 13 January (UK time)." in letter.text


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ("Wrong lamp shade", f"Re: Wrong lamp shade [{REF}]"),
        ("Re: AW: RE: Wrong lamp shade", f"Re: Wrong lamp shade [{REF}]"),
        (f"Re: We have your message - {REF}", f"Re: We have your message - {REF}"),
        (f"Re: Wrong lamp shade [{REF}]", f"Re: Wrong lamp shade [{REF}]"),
        ("", f"Your message to Harbour Home [{REF}]"),
    ],
)
def test_a_replys_subject_stays_the_same_along_a_conversation(said: str, subject: str) -> None:
    assert PEN.reply(replace(CASE, last_subject=said), ASHA, **AT, text="Yes.").subject == subject


def test_html_that_staff_wrote_goes_out_without_pixels_styles_or_scripts() -> None:
    html = '<p style="display:none">secret</p><b>Yes</b><img src="https://t.example/p.gif"><script>x()</script>'
    letter = PEN.reply(CASE, ASHA, **AT, text="Yes", html=html)
    assert "<b>Yes</b>" in letter.html
    assert not re.search(r"<img|script|display:none|t\.example", letter.html)


def test_letters_that_go_by_themselves_say_nothing_that_a_customer_wrote() -> None:
    said = "buy-cheap-pills"
    case = replace(
        CASE,
        customer_name=said,
        issue=said,
        words=said,
        last_subject=said,
        matters=(said,),
        resolution=said,
        ideas=(said,),
    )
    broken = {"broken": TODAY, "new": TODAY}
    for speaker in (case, replace(case, language="de")):
        for letter in (
            acknowledgement(speaker, ask=True),
            PEN.repeat_acknowledgement(speaker, **AT, promise=TODAY),
            PEN.promise_broken(speaker, **AT, **broken),
            PEN.follow_up(speaker, **AT),
        ):
            assert said not in letter.subject + letter.text + letter.html + letter.from_name + letter.to_name


def test_a_german_customer_reads_german_and_everybody_else_the_brands_language() -> None:
    assert "Asha Patel kümmert sich um Ihr Anliegen" in acknowledgement(replace(CASE, language="de")).text
    assert "bis heute, Dienstag, 13. Januar" in acknowledgement(replace(CASE, language="de")).text
    for language in ("fr", None, "en"):
        assert "Asha Patel is looking after it" in acknowledgement(replace(CASE, language=language)).text


def test_where_the_owner_has_left_the_brand_stands_in() -> None:
    assert "Harbour Home is looking after it for you" in acknowledgement(replace(CASE, owner="gone")).text
