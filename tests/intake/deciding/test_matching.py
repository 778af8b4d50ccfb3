"""Repeat contacts: what joins by content, what a person must look at, and what is something else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.case import Case, Route
from intake.cues import listen
from intake.deciding.matching import Match, score
from intake.matters import matters
from intake.message import Message
from intake.signals import Signals
from tests.harbour import HARBOUR, POLICY, TUESDAY

HOME, WORK = "jo@home.example", "jo.marsh@work.example"
LIMITS = HARBOUR.matching
NEXT_MONDAY = datetime(2026, 1, 19, 8, 12, tzinfo=UTC)
LAMP = Case(
    ref="HH-4829-1357K",
    brand="harbour",
    customer_name="Jo Marsh",
    route=Route(channel="mail", address=HOME),
    participants=(HOME,),
    owner="asha",
    handler="asha",
    department="Customer Care",
    received_at=TUESDAY,
    issue="Wrong lamp shade supplied (order 88123)",
    matters=("88123",),
    words="My lamp (order 88123) came with the wrong shade. Bit disappointed as it's a present for Saturday.",
)
AGAIN = "The replacement is the wrong shade too. I already wrote to you last week. Order 88123."


def fit(
    text: str,
    *,
    sender: str | None = HOME,
    name: str = "Jo Marsh",
    subject: str = "",
    case: Case = LAMP,
    brand: str = "harbour",
    now: datetime = NEXT_MONDAY,
) -> Match:
    said = f"{subject}\n{text}"
    signals = Signals(sender=sender, sender_name=name, brand=brand, matters=matters(said), cues=listen(said).cues)
    return score(Message(subject=subject, reply=text), signals, case, now=now, policy=POLICY)


def joins(match: Match) -> bool:
    return match.score >= LIMITS.join_at


def is_doubtful(match: Match) -> bool:
    return LIMITS.doubt_at <= match.score < LIMITS.join_at


def test_a_known_contact_with_the_same_order_number_joins() -> None:
    match = fit(AGAIN, subject="lamp AGAIN")
    assert joins(match)
    assert {"known-contact", "same-number", "chasing"} <= set(match.evidence)


def test_the_same_name_and_number_from_another_address_is_a_doubt() -> None:
    match = fit(AGAIN, subject="lamp AGAIN", sender=WORK)
    assert is_doubtful(match)
    assert {"same-number", "same-name", "another-address"} <= set(match.evidence)


@pytest.mark.parametrize("sender", [WORK, None])
def test_nobody_joins_a_case_they_take_no_part_in_whatever_they_know(sender: str | None) -> None:
    assert not joins(fit(f"{LAMP.words} {LAMP.issue} I already told you!", sender=sender))


def test_a_known_contact_with_the_same_words_joins_without_a_number() -> None:
    assert joins(fit("I am still waiting for the right shade for my lamp, the present for Saturday. So disappointed."))


@pytest.mark.parametrize("text", ["Any news on my lamp?", "Still waiting. Any update?"])
def test_a_bare_chaser_of_a_known_contact_is_a_doubt(text: str) -> None:
    assert is_doubtful(fit(text))


@pytest.mark.parametrize(
    ("text", "sender", "name"),
    [
        ("Your driver was rude to my neighbour when he brought the curtains.", HOME, "Jo Marsh"),
        ("The kettle from order 90555 leaks.", HOME, "Jo Marsh"),
        ("My sofa is torn (order 70001).", "p@nair.example", "P. Nair"),
        ("Where is my order 88123?", "p@nair.example", "P. Nair"),
        ("", HOME, "Jo Marsh"),
    ],
)
def test_another_matter_is_another_case(text: str, sender: str, name: str) -> None:
    assert fit(text, sender=sender, name=name).score < LIMITS.doubt_at


def test_another_order_number_speaks_against_it() -> None:
    same, other = fit("The lamp of order 88123 is wrong"), fit("The lamp of order 99999 is wrong")
    assert joins(same)
    assert not joins(other)
    assert "other-number" in other.evidence


def test_an_old_case_is_joined_by_a_person_only() -> None:
    late = TUESDAY + timedelta(days=LIMITS.within_days + 1)
    assert is_doubtful(fit("Lamp from order 88123 is broken", now=late))
    assert joins(
        fit("Lamp from order 88123 is broken", now=late, case=replace(LAMP, answered_last_at=late - timedelta(days=3)))
    )


def test_a_case_of_another_brand_is_less_likely() -> None:
    text = "Any news on my lamp?"
    assert fit(text, brand="other").score < fit(text).score


def test_a_name_is_the_same_in_any_order() -> None:
    assert "same-name" in fit("order 88123", sender=WORK, name="MARSH, Jo").evidence
    assert "same-name" not in fit("order 88123", sender=WORK, name="").evidence
    assert "same-name" not in fit("x", name="", case=replace(LAMP, customer_name="")).evidence


@given(st.text(max_size=300), st.sampled_from([HOME, WORK, None]), st.sampled_from(["Jo Marsh", ""]))
def test_a_score_is_between_0_and_100_and_strangers_stay_below_certainty(
    text: str, sender: str | None, name: str
) -> None:
    match = fit(f"{text} order 88123", sender=sender, name=name)
    assert 0 <= match.score <= 100
    assert sender == HOME or not joins(match)


def test_endless_texts_are_compared_at_once() -> None:
    assert fit("lamp " * 200_000, case=replace(LAMP, words="shade wrong " * 100_000)).score >= 0
