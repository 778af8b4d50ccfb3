"""Opening a case: who owns it, what is asked, what is complex, and what is only held."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.deciding.decision import Facts
from intake.policy import Policy
from intake.signals import Dmarc
from tests.harbour import HARBOUR, POLICY, TUESDAY
from tests.intake.asking import REF, a_case, after, ask, decided, told

SATURDAY = TUESDAY + timedelta(days=4)
STRANGER = "Someone <someone@elsewhere.example>"


def on_duty(**rota: tuple[str, ...]) -> Policy:
    return replace(POLICY, brands=(replace(HARBOUR, rota=rota),))


@pytest.mark.parametrize(
    ("policy", "busy", "owner"),
    [
        (on_duty(tue=("kim",)), {}, "kim"),
        (on_duty(tue=("asha", "kim")), {"asha": 3, "kim": 1}, "kim"),
        (on_duty(tue=("asha", "kim")), {"asha": 1, "kim": 1}, "asha"),
        (on_duty(thu=("kim",)), {}, "kim"),
        (on_duty(tue=("gone",), wed=("kim",)), {}, "kim"),
        (on_duty(), {}, "asha"),
    ],
)
def test_the_rota_names_the_owner_and_there_always_is_one(policy: Policy, busy: dict[str, int], owner: str) -> None:
    case = after(decided(ask(policy=policy, facts=Facts(open_cases_of=busy))))
    assert (case.owner, case.handler) == (owner, owner)


@pytest.mark.parametrize(
    ("text", "is_complex"),
    [
        ("Charged twice, delivery missed twice, and your chat closed on me.", True),
        ("Charged twice, and delivery missed twice.", False),
        ("My lamp is broken.", False),
    ],
)
def test_three_points_are_complex_and_two_are_not(text: str, is_complex: bool) -> None:
    case = after(decided(ask(text)))
    assert case.complex is is_complex
    assert case.status == ("investigating" if is_complex else "open")


@pytest.mark.parametrize(
    ("text", "first_time"),
    [
        ("My lamp is broken.", "asked"),
        ("No.", "asked"),
        ("My lamp is broken. I already wrote to you last week.", "no"),
        ("My lamp is broken. This is the first time I write about it.", "yes"),
    ],
)
def test_the_question_is_asked_unless_it_is_answered_already(text: str, first_time: str) -> None:
    decision = decided(ask(text))
    assert after(decision).first_time == first_time
    (letter,) = [letter for letter in decision.letters if letter.kind == "acknowledgement"]
    assert ("is this the first time" in letter.text) is (first_time == "asked")


def test_it_is_not_asked_where_nobody_is_written_to() -> None:
    decision = decided(
        ask(Auto_Submitted="auto-generated", text="I complain: my lamp is broken.", signals={"cues": ("complaint",)})
    )
    assert after(decision).first_time == ""
    assert [kind for kind, _ in told(decision)] == ["notification"]


def test_what_perhaps_belongs_to_a_case_is_held_for_the_one_who_knows_that_case() -> None:
    other = a_case(owner="asha", handler="wes")
    decision = decided(ask(by=STRANGER, facts=Facts(by_reference=other)))
    case = after(decision)
    assert decision.verdict == "HOLD"
    assert (case.status, case.related) == ("held", (REF,))
    assert (case.owner, case.handler) == ("wes", "wes")
    assert case.first_time == "", "the register may know better"
    assert decision.hold is not None
    assert (decision.hold.person, decision.hold.case_ref) == ("wes", case.ref)
    (notice,) = [letter for letter in decision.letters if letter.kind == "notification"]
    assert notice.to.address == "wes@staff.harbour.example"
    assert f"#join {REF}" in notice.text
    assert "#open" in notice.text
    assert case.open_promises, "the clock runs meanwhile"


def test_a_promise_is_counted_from_when_we_read_it_and_dated_for_a_working_day() -> None:
    (promise,) = after(decided(ask(now=SATURDAY))).promises
    assert (promise.kind, promise.due_at) == ("news", TUESDAY.replace(day=19, hour=17, minute=30))


def test_where_nobody_was_told_there_is_a_target_and_no_promise() -> None:
    decision = decided(ask(signals={"dmarc": Dmarc.FAIL}))
    (target,) = after(decision).promises
    assert target.kind == "target"
    assert decision.reasons == ("first-contact", "no-acknowledgement:authentication-failed")
    (notice,) = decision.letters
    assert "not told to the customer" in notice.text


def test_imported_history_is_filed_without_a_letter_or_a_clock() -> None:
    decision = decided(ask(raw={"quiet": True}))
    assert decision.letters == ()
    assert after(decision).promises == ()


FORWARD = (
    "This came to me.\n\n---------- Forwarded message ---------\nFrom: {}\nDate: Tue, 13 Jan 2026\n"
    "Subject: Oven\nTo: <asha@staff.harbour.example>\n\nMy oven (order 70001) is scratched.\n"
)
KIM = "Kim Lindqvist <kim@staff.harbour.example>"


def test_a_mail_that_staff_pass_on_is_its_authors_and_belongs_to_the_first_of_us_who_got_it() -> None:
    decision = decided(ask(FORWARD.format("Pia Berg <pia@customer.example>"), by=KIM, signals={"dmarc": Dmarc.PASS}))
    case = after(decision)
    assert (case.owner, case.customer_name, case.route.address) == ("kim", "Pia Berg", "pia@customer.example")
    assert case.participants == ("pia@customer.example",)
    assert ("acknowledgement", "pia@customer.example") in told(decision)


@pytest.mark.parametrize("author", ["Pia Berg", "Harbour Home <help@harbour.example>"])
def test_a_mail_passed_on_without_an_address_of_its_author_is_answered_to_nobody(author: str) -> None:
    decision = decided(ask(FORWARD.format(author), by=KIM, signals={"dmarc": Dmarc.PASS}))
    assert "no-acknowledgement:no-way-back" in decision.reasons
    assert [kind for kind, _ in told(decision)] == ["notification"]
