"""What customers and staff read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from intake.case import Case, Promise, Route
from intake.cues import says_resolved
from intake.hours import promise_due
from intake.letters.body import types
from intake.letters.letter import Letter, LetterKind
from intake.letters.rehearsal import rehearse, repertoire, sample
from intake.letters.stationery import Stationery, duration
from intake.message import Attachment
from intake.signals import Direction
from intake.tokens import prove
from intake.words import REPLY_MARKER
from intake.words.marker import reply_marker_end
from tests.harbour import ASHA, HARBOUR, KIM, POLICY, TUESDAY, WES
from tests.paper import BILINGUAL, letters, stationery

PEN = letters()
REF = "HH-4829-1357K"
CASE = replace(sample(POLICY, HARBOUR), handler="asha", complex=False, promises=(), first_time="", related=())
AT = {"cause": "inbound:1", "now": TUESDAY}


def promise(due_at: datetime, kind: str = "news", made_at: datetime = TUESDAY) -> Promise:
    return Promise(id="p1", kind=kind, made_at=made_at, due_at=due_at, made_by="daemon")


TODAY = promise(promise_due(TUESDAY, HARBOUR.hours))


def acknowledgement(case: Case = CASE, told: Promise | None = TODAY, *, ask: bool = False, **at: datetime) -> Letter:
    return PEN.acknowledgement(case, **{**AT, **at}, promise=told, ask_first_time=ask)


def notification(case: Case = CASE, **changes: object) -> Letter:
    given = {"words": case.words, "reasons": ("first-contact",), "kind_of": "new", "promise": TODAY, **AT, **changes}
    return PEN.notification(case, ASHA, **given)


def every_letter() -> Iterator[Letter]:
    for locale in BILINGUAL.locales:
        for letter in repertoire(POLICY, BILINGUAL, locale, stationery()):
            yield letter()


def words_of(html: str) -> list[str]:
    body = HTMLParser(html).body
    assert body is not None
    return body.text(separator=" ").split()


# What a customer is told


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


# What staff are told


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


# How all of them look


def test_text_and_html_of_every_letter_say_the_same_words() -> None:
    for letter in every_letter():
        said = [word for word in letter.text.split() if word not in (">", "-")]
        shown = [word for word in words_of(letter.html) if word not in (">", "-", "\xa0")]
        assert "".join(said).replace("-", "") == "".join(shown).replace("-", ""), letter.kind


def test_no_letter_fetches_anything_from_anywhere() -> None:
    for letter in every_letter():
        assert not re.search(r"src=|url\(|<link|<script|@import|https?:", letter.html), letter.kind


def test_every_kind_of_letter_is_in_the_repertoire() -> None:
    assert {letter.kind for letter in every_letter()} == set(LetterKind)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 minutes"), (1, "1 minute"), (90, "1 hour, 30 minutes"), (120, "2 hours"), (60 * 50 + 3, "2 days, 2 hours")],
)
def test_a_stretch_of_time_is_said_exactly_below_a_day(minutes: int, said: str) -> None:
    assert duration(minutes) == said


@pytest.mark.parametrize("locale", BILINGUAL.locales)
def test_every_letter_that_can_be_answered_by_mail_begins_with_our_marker_and_no_other_has_one(locale: str) -> None:
    for write in repertoire(POLICY, replace(BILINGUAL, locale=locale), locale, stationery()):
        letter = write()
        lines = letter.text.splitlines()
        marked = [at for at in range(len(lines)) if reply_marker_end(lines, at)]
        assert marked == ([0] if letter.to.channel == "mail" and letter.reply_address else []), letter.kind


# Templates of a company's own


def changed(**templates: str) -> Stationery:
    return Stationery({**stationery().templates, **{k.replace("__", "/") + ".jinja": v for k, v in templates.items()}})


def test_a_rehearsal_of_the_built_in_templates_finds_nothing() -> None:
    assert rehearse(replace(POLICY, brands=(BILINGUAL,)), stationery()) == []


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("{% set subject %}x{% endset %}{{ ref }} {{ ownr.name }}", "'ownr' is undefined"),
        ("{% set subject %}x{% endset %}{{ ref }} {% if %}", "Expected an expression"),
        ("{% set subject %}x{% endset %}Your message is here.", "does not say the reference"),
        ("{{ ref }}", "no subject"),
        ("{% set subject %}x{% endset %}{{ ref }} {{ ref.__class__.__mro__ }}", "unsafe"),
    ],
)
def test_a_template_that_cannot_work_is_named_before_the_first_customer_comes(template: str, fault: str) -> None:
    faults = rehearse(POLICY, changed(en_GB__acknowledgement=template))
    assert len(faults) >= 1
    assert all("letter en_GB/acknowledgement for brand harbour" in f and fault in f for f in faults)


def test_a_locale_that_lacks_a_letter_borrows_the_whole_letter_never_half_of_it() -> None:
    letter = letters(locale="de_DE").notification(
        CASE, ASHA, **AT, words="Hallo", reasons=(), kind_of="new", promise=TODAY
    )
    assert "by 17:30 today, Tuesday 13 January" in letter.text
    assert letter.text.startswith(f"{REPLY_MARKER}\n\nPress Reply to answer the customer.")
    assert 'lang="en-GB"' in letter.html


def test_a_promise_that_no_machine_renews_is_said_so_without_a_date() -> None:
    due = datetime(2026, 1, 21, 17, 30, tzinfo=UTC)
    letters = [
        PEN.promise_broken(speaker, cause="promise:p1", now=due, broken=promise(due), new=None)
        for speaker in (CASE, replace(CASE, language="de"))
    ]
    for letter, words in zip(letters, ("the next one comes from a person", "sondern ein Mensch"), strict=True):
        assert words in " ".join(letter.text.split())
        assert "Asha Patel" in letter.text
