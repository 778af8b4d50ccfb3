"""Signed addresses: what was signed can be proven, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import tokens
from intake.policy import Brand, Key
from intake.signals import Direction, Token
from tests.harbour import HARBOUR, POLICY, TUESDAY

REF = "HH-4829-1357K"
KEYS = POLICY.keys
LETTER = "l000000048291357"

# Literal, as they stand in mailboxes: what is signed today must be read for as long as somebody may answer it.
CUSTOMER = "help+c.hh48291357k.kcduonkwmwt5uva7gwseb6urri4@harbour.example"
STAFF = "help+s.hh48291357k.asha.5011.kxp3esjxmmeyyn5lkadr4bsywsy@harbour.example"
NOTE = "help+n.hh48291357k.asha.5011.k7vhd5owvut55zgejcudr4pklda@harbour.example"
CONFIRM = "help+y.7.asha.5011.kws5xqjsdi5rjtkchdqbk34hysy@harbour.example"
BOUNCE = "help+b.hh48291357k.l000000048291357.kpkxmoogfnp7xu75rfwom3gfnvu@harbour.example"
BARE_BOUNCE = "help+b.l000000048291357.k5ckyostplljnpfjwtfvq24yxyq@harbour.example"
MARK = "l000000048291357.ku4qlhhxveibd2l7zca4rxbdm6q"
ALL = [CUSTOMER, STAFF, NOTE, CONFIRM, BOUNCE, BARE_BOUNCE]
FRIDAY = datetime(2026, 2, 13, tzinfo=UTC)  # the first midnight after token_days whole days


def test_addresses_are_written_as_they_always_were() -> None:
    assert tokens.customer_address(POLICY, HARBOUR, REF) == CUSTOMER
    assert tokens.staff_address(POLICY, HARBOUR, REF, "asha", TUESDAY) == STAFF
    assert tokens.note_address(POLICY, HARBOUR, REF, "asha", TUESDAY) == NOTE
    assert tokens.confirm_address(POLICY, HARBOUR, 7, "asha", TUESDAY) == CONFIRM
    assert tokens.bounce_address(POLICY, HARBOUR, REF, LETTER) == BOUNCE
    assert tokens.bounce_address(POLICY, HARBOUR, "", LETTER) == BARE_BOUNCE
    assert tokens.mark(LETTER, KEYS[0]) == MARK


@pytest.mark.parametrize(
    ("address", "token"),
    [
        (CUSTOMER, Token(direction=Direction.CUSTOMER, ref="hh48291357k", key_id="k")),
        (STAFF, Token(direction=Direction.STAFF, ref="hh48291357k", subject="asha", expires=FRIDAY, key_id="k")),
        (NOTE, Token(direction=Direction.NOTE, ref="hh48291357k", subject="asha", expires=FRIDAY, key_id="k")),
        (CONFIRM, Token(direction=Direction.CONFIRM, ref="", subject="asha", held=7, expires=FRIDAY, key_id="k")),
        (BOUNCE, Token(direction=Direction.BOUNCE, ref="hh48291357k", subject=LETTER, key_id="k")),
        (BARE_BOUNCE, Token(direction=Direction.BOUNCE, ref="", subject=LETTER, key_id="k")),
    ],
)
def test_a_signed_address_says_what_was_signed_and_no_more(address: str, token: Token) -> None:
    assert tokens.prove(address, KEYS) == token


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


@pytest.mark.parametrize("plus", ["%2B", "%2b"])
@pytest.mark.parametrize("address", ALL)
def test_an_encoded_plus_sign_is_read_as_one(address: str, plus: str) -> None:
    """S-12: some senders take the address from a web page as it is written there."""
    assert tokens.prove(address.replace("+", plus), KEYS) == tokens.prove(address, KEYS) is not None


@pytest.mark.parametrize("days", [1, POLICY.token_days, 365])
@pytest.mark.parametrize("now", [TUESDAY, TUESDAY.replace(hour=0, minute=0), TUESDAY.replace(hour=23, minute=59)])
def test_staff_addresses_are_good_for_so_many_whole_days_and_end_at_a_midnight(now: datetime, days: int) -> None:
    policy = replace(POLICY, token_days=days)
    token = tokens.prove(tokens.staff_address(policy, HARBOUR, REF, "asha", now), KEYS)
    assert token
    assert token.expires
    assert token.expires.time() == time(0)
    assert timedelta(days=days) < token.expires - now <= timedelta(days=days + 1)


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


def at(local: str, domain: str = "harbour.example") -> Brand:
    return replace(HARBOUR, addresses=(f"{local}@{domain}",))


@pytest.mark.parametrize(("local", "ref"), [("help", "hh48291357k"), ("helps", "hh48291357k"), ("helper", "")])
def test_a_return_path_that_would_be_too_long_goes_without_the_reference(local: str, ref: str) -> None:
    """64 octets before the @ are allowed: "helps" fills them to the last."""
    token = tokens.prove(tokens.bounce_address(POLICY, at(local), REF, LETTER), KEYS)
    assert token
    assert (token.ref, token.subject) == (ref, LETTER)


def test_an_address_may_be_as_long_as_mail_servers_allow_and_no_longer() -> None:
    """RFC 5321 section 4.5.3.1: 64 octets, the @ and 255."""
    domain = ".".join(["d" * 63] * 4)
    longest = tokens.bounce_address(POLICY, at("helps", domain), REF, LETTER)
    assert len(longest) == 64 + 1 + 255
    assert tokens.prove(longest, KEYS)
    with pytest.raises(ValueError, match="does not fit"):
        tokens.customer_address(POLICY, at("help", domain * 2), REF)


def test_what_does_not_fit_is_an_error_of_the_configuration() -> None:
    fault = "^the brand's address, the person's id or the key's id does not fit into a signed address$"
    for brand, person in ((at("the-complaints-desk"), "maximiliane"), (HARBOUR, "Ann O.")):
        with pytest.raises(ValueError, match=fault):
            tokens.staff_address(POLICY, brand, REF, person, TUESDAY)


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        (STAFF, "help@harbour.example"),
        ("<Help+News+More@Harbour.Example>", "help@harbour.example"),
        ("help@harbour.example", "help@harbour.example"),
        ("odd@one+tag@harbour.example", "odd@one@harbour.example"),
        ("help", "help"),
        ("", ""),
    ],
)
def test_untagged_is_the_address_the_tag_was_put_on(address: str, plain: str) -> None:
    assert tokens.untagged(address) == plain


def test_a_mark_proves_a_letter_of_ours() -> None:
    assert tokens.marked(MARK, KEYS) == LETTER
    assert tokens.marked(f" {MARK.upper()} ", KEYS) == LETTER
    assert tokens.marked(MARK.replace("57.", "58."), KEYS) is None
    assert tokens.marked(MARK, [Key(id="k", secret=b"not the one that signed it at all")]) is None
    assert tokens.marked("", KEYS) is None


def test_a_mark_cannot_be_made_into_a_signed_address() -> None:
    signature = MARK[-26:]
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
