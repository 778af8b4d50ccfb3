"""Every reason for which no automatic letter goes out, and that without one it does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from intake.case import Echo, Event, Kind
from intake.deciding.acknowledging import acknowledged, already_told, repeats_itself, withheld
from intake.deciding.decision import Facts
from intake.deciding.question import Question
from intake.letters.letter import LetterKind
from intake.message import Envelope
from intake.signals import Dmarc
from tests.harbour import TUESDAY
from tests.intake.asking import REF, a_case, ask

JO = "jo@customer.example"
QUOTED = "> Thank you for telling us.\n> Asha is looking after it.\n> You hear from us today.\n> Harbour Home\n"


def asked(*, facts: dict[str, Any] | None = None, **how: Any) -> Question:
    return ask(facts=Facts(**(facts or {})), **how)


@pytest.mark.parametrize(
    ("slug", "q"),
    [
        ("imported-quietly", asked(raw={"quiet": True})),
        ("auto_submitted", asked(Auto_Submitted="auto-generated")),
        ("list", asked(List_Id="<news.customer.example>")),
        ("null_return_path", asked(raw={"envelope": Envelope(mail_from="", rcpt_to=("help@harbour.example",))})),
        ("authentication-failed", asked(signals={"dmarc": Dmarc.FAIL})),
        ("authentication-unknown", asked(signals={"dmarc": Dmarc.TEMPERROR})),
        ("older-than-a-day", asked(raw={"received_at": TUESDAY - timedelta(hours=24, seconds=1)})),
        ("taken-in-before", asked(raw={"envelope": Envelope(taken_in=True)})),
        ("not-addressed-to-us", asked(To="undisclosed-recipients:;")),
        ("acknowledged-lately", asked(facts={"automatic_on_case_24h": {REF: 1}})),
        ("sender-limit", asked(facts={"letters_to_sender_24h": 3})),
        ("domain-limit", asked(facts={"acks_to_domain_1h": 100})),
        ("overall-limit", asked(facts={"acks_all_1m": 300}, signals={"dmarc": Dmarc.PASS})),
        ("unproven-limit", asked(facts={"acks_all_1m": 30})),
    ],
)
def test_a_letter_is_withheld_with_its_reason(slug: str, q: Question) -> None:
    assert withheld(q, JO, REF) == slug


@pytest.mark.parametrize(
    "q",
    [
        asked(),
        asked(raw={"received_at": TUESDAY - timedelta(hours=24)}),
        asked(To="colleague@elsewhere.example", Cc="help@harbour.example"),
        asked(To="help+c.hh48291357k@harbour.example"),
        asked(facts={"letters_to_sender_24h": 2, "acks_to_domain_1h": 99, "acks_all_1m": 29}),
        asked(facts={"automatic_on_case_24h": {"HH-1111-2222X": 5}}),
        asked(facts={"acks_all_1m": 299}, signals={"dmarc": Dmarc.PASS}),
        asked(facts={"acks_all_1m": 299, "known_since": TUESDAY}),
    ],
)
def test_just_inside_every_limit_it_goes_out(q: Question) -> None:
    assert withheld(q, JO, REF) is None


@pytest.mark.parametrize(
    ("to", "slug"), [("", "no-way-back"), (None, "no-way-back"), ("help@harbour.example", "own-address")]
)
def test_it_goes_neither_to_nobody_nor_to_ourselves(to: str | None, slug: str) -> None:
    assert withheld(asked(), to) == slug


@pytest.mark.parametrize(("media_type", "slug"), [("application/json", None), ("message/rfc822", "unproven-limit")])
def test_a_provider_that_hands_over_a_mail_does_not_vouch_for_its_author(media_type: str, slug: str | None) -> None:
    envelope = Envelope(mail_from=JO, rcpt_to=("help@harbour.example",), verified=True)
    blob = b'{"text": "It leaks.", "sender": "jo@customer.example"}'
    raw = {"media_type": media_type, "envelope": envelope} | ({"blob": blob} if slug is None else {})
    assert withheld(asked(raw=raw, facts={"acks_all_1m": 30}), JO) == slug


def test_a_case_that_is_opened_again_is_acknowledged_whatever_it_had_today() -> None:
    assert withheld(asked(facts={"automatic_on_case_24h": {REF: 9}}), JO, None) is None


@pytest.mark.parametrize(
    ("text", "days", "slug"),
    [
        ("Order 88124 is late! When does it come?", 0, "repeats-itself"),
        ("ORDER 9 is late. When does it come? Today?", 7, "repeats-itself"),
        ("Order 9 is late! When does it come? Today then?", 0, "repeats-itself"),  # eight words of ten
        (f"Order 9 is late! When does it come?\n\n{QUOTED}", 0, "repeats-itself"),
        ("Order 88124 is late! When does it come?", 8, None),
        ("The kettle of order 88124 leaks, I want my money back.", 0, None),
        ("Order 88124 is broken! Who pays for it?", 0, None),
    ],
)
def test_who_says_the_same_of_another_order_is_not_answered_again(text: str, days: int, slug: str | None) -> None:
    """L-02: a program that invents an order each time had three answers a day for ever."""
    before = a_case(words="Order 88123 is late! When does it come?", received_at=TUESDAY - timedelta(days=days))
    assert repeats_itself(asked(text=text, facts={"of_contact": (before,)})) == slug


def test_mail_without_a_word_repeats_nothing() -> None:
    assert repeats_itself(asked(text="", facts={"of_contact": (a_case(words=""),)})) is None


@pytest.mark.parametrize("echo", [Echo.SILENCE, Echo.PERSON, Echo.MACHINE])
def test_a_case_is_acknowledged_once_until_a_person_of_ours_has_done_something(echo: Echo) -> None:
    waits = a_case(echo=echo, resolved_by="asha")
    assert already_told(waits, reopened=False) == "already-told"
    assert already_told(waits, reopened=True) is None
    assert already_told(a_case(echo=echo, resolved_by="customer"), reopened=True) == "already-told"


@pytest.mark.parametrize("reopened", [True, False])
def test_whoever_had_no_letter_since_a_person_wrote_is_told(reopened: bool) -> None:
    assert already_told(a_case(echo=Echo.NO_LETTER, resolved_by="customer"), reopened=reopened) is None


def test_it_is_noted_which_letter_went_out_by_itself() -> None:
    data = {"letter": "repeat_acknowledgement"}
    noted = Event(kind=Kind.ACKNOWLEDGED, at=TUESDAY, actor="daemon", data=data)
    assert acknowledged(TUESDAY, LetterKind.REPEAT_ACKNOWLEDGEMENT) == noted
