"""A yes closes a complaint, so only a plain one counts; a no reopens it; the rest is for a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.cues import first_time_answer, merely_thanks, says_resolved


@pytest.mark.parametrize(
    "text",
    [
        "Yes, all good",
        "Yes.",
        "yes thanks",
        "Yes that's sorted, thank you.",
        "Perfect, thanks — and yes first time.",
        "Hi Asha,\nYes, everything is fine now. Thank you!",
        "No problem, all sorted now",
        "no thanks, all good",
        "It's working now",
        "I am very happy with it. Nothing else.",
        "Ja, alles bestens",
        "Oui, tout est réglé, merci",
        "Sí, todo bien",
        "Sì, tutto a posto",
        "Ja hoor, opgelost",
    ],
)
def test_a_plain_yes_is_a_yes(text: str) -> None:
    assert says_resolved(text) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "No, one box still missing",
        "No",
        "Nope!",
        "not really",
        "Not yet",
        "still broken",
        "It is not resolved",
        "I'm not happy",
        "The new one never arrived",
        "Nein, es fehlt noch ein Karton",
        "Noch nicht",
        "Non, toujours pas",
        "No, falta una caja",
        "No, manca un pacco",
        "Nee, nog niet",
    ],
)
def test_a_no_is_a_no(text: str) -> None:
    assert says_resolved(text) == "no"


@pytest.mark.parametrize(
    "text",
    [
        "Yes but the driver was rude",
        "yes please call me",
        "Yes, could you ring me?",
        "Yes it's still broken",
        "Yes, is it possible to get a receipt?",
        "No, all good",
        "Yes, first time.",
        "It is my first time",
        "Thanks",
        "OK, fair enough",
        "Out of office",
        "Ja, aber der Fahrer war unfreundlich",
        "Oui mais il manque un carton",
        "",
        "?",
    ],
)
def test_what_is_neither_is_left_to_a_person(text: str) -> None:
    assert says_resolved(text) == "unclear"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Perfect, thanks — and yes first time.", "yes"),
        ("Yes", "yes"),
        ("It is my first time", "yes"),
        ("First time I'm writing about this", "yes"),
        ("Ja, das erste Mal", "yes"),
        ("Oui, c'est la première fois", "yes"),
        ("Sì, è la prima volta", "yes"),
        ("no, I told you on the 3rd", "no"),
        ("No", "no"),
        ("This is not the first time", "no"),
        ("It's the third time now", "no"),
        ("I have already written to you", "no"),
        ("Nein, ich habe Ihnen schon letzte Woche geschrieben", "no"),
        ("No es la primera vez", "no"),
        ("Nee, ik heb dit al gemeld", "no"),
        ("This is the first time I have ordered from you", ""),
        ("I am a first time buyer", ""),
        ("The first time I called, nobody answered", ""),
        ("Yes, all good", ""),
        ("No, one box still missing", ""),
        ("My lamp is broken", ""),
        ("", ""),
    ],
)
def test_whether_it_is_their_first_time(text: str, answer: str) -> None:
    assert first_time_answer(text) == answer


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert says_resolved(text) in ("yes", "no", "unclear")
    assert first_time_answer(text) in ("yes", "no", "")


@given(
    st.sampled_from(["Yes, all good", "Perfect", "Ja, alles gut"]),
    st.sampled_from([" but", ", however", "?", " Please call me", " still"]),
)
def test_a_yes_with_a_reservation_is_never_a_yes(yes: str, more: str) -> None:
    assert says_resolved(yes + more) != "yes"


def test_hostile_texts_are_read_at_once() -> None:
    for text in ("is is my the " * 50_000, "hi " * 100_000, "yes " * 100_000, "no " * 100_000, "'" * 200_000):
        says_resolved(text)
        first_time_answer(text)


@pytest.mark.parametrize(
    "text", ["Thanks!", "Thank you very much for your help.", "Merci beaucoup", "Thanks,\nJo", "Danke schön!"]
)
def test_a_thank_you_asks_for_nothing(text: str) -> None:
    assert merely_thanks(text, "Jo Marsh")


@pytest.mark.parametrize(
    "text", ["Thanks, but it is broken", "Thanks for nothing", "thanks\nstill broken", "Ok", "", "Thanks. When?"]
)
def test_a_thank_you_with_more_in_it_is_more_than_that(text: str) -> None:
    assert not merely_thanks(text, "Jo Marsh")


@pytest.mark.parametrize(
    ("text", "resolved", "first_time"), [("Yes", "unclear", ""), ("No", "unclear", ""), ("All sorted", "yes", "")]
)
def test_a_bare_answer_where_nobody_asked_answers_nothing(text: str, resolved: str, first_time: str) -> None:
    assert says_resolved(text, asked=False) == resolved
    assert first_time_answer(text, asked=False) == first_time
