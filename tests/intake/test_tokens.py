"""Signed addresses: what was signed can be proven, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import tokens
from intake.policy import Key
from intake.signals import Direction
from tests.harbour import HARBOUR, POLICY, TUESDAY

REF = "HH-4829-1357K"
KEYS = POLICY.keys
CUSTOMER = tokens.customer_address(POLICY, HARBOUR, REF)
STAFF = tokens.staff_address(POLICY, HARBOUR, REF, "asha", TUESDAY)
NOTE = tokens.note_address(POLICY, HARBOUR, REF, "asha", TUESDAY)
BOUNCE = tokens.bounce_address(POLICY, HARBOUR, REF, "l000000048291357")
BARE_BOUNCE = tokens.bounce_address(POLICY, HARBOUR, "", "l000000048291357")
ALL = [CUSTOMER, STAFF, NOTE, BOUNCE, BARE_BOUNCE]


@pytest.mark.parametrize(
    ("address", "direction", "ref", "subject"),
    [
        (CUSTOMER, Direction.CUSTOMER, "hh48291357k", ""),
        (STAFF, Direction.STAFF, "hh48291357k", "asha"),
        (NOTE, Direction.NOTE, "hh48291357k", "asha"),
        (BOUNCE, Direction.BOUNCE, "hh48291357k", "l000000048291357"),
        (BARE_BOUNCE, Direction.BOUNCE, "", "l000000048291357"),
    ],
)
def test_a_signed_address_says_what_was_signed(address: str, direction: Direction, ref: str, subject: str) -> None:
    token = tokens.prove(address, KEYS)
    assert token is not None
    assert (token.direction, token.ref, token.subject, token.key_id) == (direction, ref, subject, "k")


@pytest.mark.parametrize("address", ALL)
def test_it_is_a_lower_case_address_that_every_mail_server_takes(address: str) -> None:
    local, _, domain = address.partition("@")
    assert re.fullmatch(r"[a-z0-9]+\+[a-z0-9]+(\.[a-z0-9]+)+", local)
    assert len(local) <= 64
    assert domain == "harbour.example"


@pytest.mark.parametrize("address", ALL)
@pytest.mark.parametrize("written", ["{}", "<{}>", " {} ", "<{}> "])
@pytest.mark.parametrize("fold", [str.lower, str.upper, str.title])
def test_gateways_may_fold_case_and_leave_angle_brackets(address: str, written: str, fold: object) -> None:
    assert callable(fold)
    assert tokens.prove(written.format(fold(address)), KEYS) == tokens.prove(address, KEYS) is not None


def test_staff_addresses_expire_at_a_midnight_and_customer_addresses_never() -> None:
    staff, note, customer = (tokens.prove(address, KEYS) for address in (STAFF, NOTE, CUSTOMER))
    assert staff
    assert note
    assert customer
    assert staff.expires == note.expires == datetime(2026, 2, 13, tzinfo=UTC)
    assert staff.expires - TUESDAY >= timedelta(days=POLICY.token_days)
    assert customer.expires is None


@given(st.sampled_from(ALL), st.data())
def test_one_changed_character_anywhere_is_a_forgery(address: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(address) - 1))
    character = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789.+@-"))
    changed = address[:at] + character + address[at + 1 :]
    assert changed == address or tokens.prove(changed, KEYS) is None


@given(st.sampled_from(ALL), st.data())
def test_a_truncated_address_is_a_forgery(address: str, data: st.DataObject) -> None:
    start, end = sorted((data.draw(st.integers(0, len(address))), data.draw(st.integers(0, len(address)))))
    assert (start, end) == (0, len(address)) or tokens.prove(address[start:end], KEYS) is None


@pytest.mark.parametrize(
    "forged",
    [
        CUSTOMER.replace("help+", "complaints+"),
        CUSTOMER.replace("@harbour.example", "@harbour.example.evil.example"),
        STAFF.replace("+s.", "+n."),
        STAFF.replace(".asha.", ".kim."),
        STAFF.replace(".5011.", ".6011."),
        STAFF.replace("48291357k", "48291358k"),
        BARE_BOUNCE.replace("+b.", "+b.hh48291357k."),
        BOUNCE.replace("hh48291357k.", ""),
    ],
)
def test_every_part_of_the_address_is_under_the_signature(forged: str) -> None:
    """One peer's hash did not cover the user it named: CVE-2026-47123."""
    assert tokens.prove(forged, KEYS) is None


def test_a_forgery_still_looks_signed_and_other_addresses_do_not() -> None:
    assert tokens.looks_signed(CUSTOMER.replace("1357", "1358"))
    assert tokens.looks_signed(f"<{STAFF.upper()}>")
    for other in ("help@harbour.example", "help+news@harbour.example", "jo+c.lamp@b.example", "", "@", "+c.@"):
        assert not tokens.looks_signed(other)


def test_the_first_key_signs_and_an_older_one_still_verifies() -> None:
    rotated = replace(POLICY, keys=(Key(id="m", secret=b"another secret of thirty-two byte"), *KEYS))
    fresh = tokens.prove(tokens.customer_address(rotated, HARBOUR, REF), rotated.keys)
    assert fresh
    assert fresh.key_id == "m"
    assert tokens.prove(CUSTOMER, rotated.keys)
    assert tokens.prove(CUSTOMER, rotated.keys[:1]) is None
    assert tokens.prove(CUSTOMER, [Key(id="k", secret=b"not the one that signed it at all")]) is None


def test_a_return_path_that_would_be_too_long_goes_without_the_reference() -> None:
    desk = replace(HARBOUR, addresses=("complaints@harbour.example",))
    token = tokens.prove(tokens.bounce_address(POLICY, desk, REF, "l000000048291357"), KEYS)
    assert token
    assert (token.ref, token.subject) == ("", "l000000048291357")


def test_what_does_not_fit_is_an_error_of_the_configuration() -> None:
    desk = replace(HARBOUR, addresses=("the-complaints-desk@harbour.example",))
    with pytest.raises(ValueError, match="does not fit"):
        tokens.staff_address(POLICY, desk, REF, "maximiliane", TUESDAY)
    with pytest.raises(ValueError, match="does not fit"):
        tokens.staff_address(POLICY, HARBOUR, REF, "Ann O.", TUESDAY)


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        (STAFF, "help@harbour.example"),
        ("<Help+News+More@Harbour.Example>", "help@harbour.example"),
        ("help@harbour.example", "help@harbour.example"),
        ("help", "help"),
        ("", ""),
    ],
)
def test_untagged_is_the_address_the_tag_was_put_on(address: str, plain: str) -> None:
    assert tokens.untagged(address) == plain


def test_a_mark_proves_a_letter_of_ours() -> None:
    mark = tokens.mark("l000000048291357", KEYS[0])
    assert tokens.marked(mark, KEYS) == "l000000048291357"
    assert tokens.marked(f" {mark.upper()} ", KEYS) == "l000000048291357"
    assert tokens.marked(mark.replace("57.", "58."), KEYS) is None
    assert tokens.marked(mark, [Key(id="k", secret=b"not the one that signed it at all")]) is None
    assert tokens.marked("", KEYS) is None


def test_a_mark_cannot_be_made_into_a_signed_address() -> None:
    signature = tokens.mark("l000000048291357", KEYS[0])[-26:]
    assert tokens.prove(f"help+b.l000000048291357.k{signature}@harbour.example", KEYS) is None


@given(st.text())
def test_no_text_is_a_token_by_chance_and_none_raises(text: str) -> None:
    assert tokens.prove(text, KEYS) is None
    assert tokens.prove(f"{text}@harbour.example", KEYS) is None
    assert tokens.marked(text, KEYS) is None
    assert not tokens.looks_signed(text)
    tokens.untagged(text)


def test_an_endless_address_is_refused_at_once() -> None:
    assert tokens.prove("help+c." + "a" * 1_000_000, KEYS) is None
    assert tokens.prove("\ud800" + CUSTOMER, KEYS) is None
