"""All signals of a message at once, from real bytes and from contacts of other channels."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import tokens
from intake.fingerprint import fingerprint
from intake.message import Address, Envelope, Message, RawMessage
from intake.observe import observe
from intake.parse import parse
from intake.signals import Direction, Dmarc, Origin, Signals
from tests.harbour import HARBOUR, POLICY, TUESDAY

REF = "HH-4829-1357K"
CUSTOMER = tokens.customer_address(POLICY, HARBOUR, REF)
STAFF = tokens.staff_address(POLICY, HARBOUR, REF, "asha", TUESDAY)
NO_ENVELOPE = Envelope()
BASE = {
    "From": "Jo Marsh <Jo@Home.example>",
    "To": "Help <help@harbour.example>",
    "Subject": "Lamp",
    "Message-ID": "<1@home.example>",
    "Date": "Tue, 13 Jan 2026 10:04:00 +0000",
}


def mail(
    text: str = "My lamp (order 88123) is broken.",
    *,
    envelope: Envelope = NO_ENVELOPE,
    channel: str = "lmtp",
    **headers: str,
) -> Signals:
    fields = BASE | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    blob = f"{head}\r\n{text}\r\n".encode()
    raw = RawMessage(
        channel=channel,
        account="a",
        source_id="1",
        envelope=envelope,
        blob=blob,
        received_at=datetime(2026, 1, 13, 10, 4, tzinfo=UTC),
    )
    return observe(parse(raw), raw, POLICY)


def test_an_ordinary_complaint_is_seen_whole() -> None:
    seen = mail(envelope=Envelope(mail_from="jo@home.example", rcpt_to=("help@harbour.example",)))
    assert seen.origin is Origin.HUMAN
    assert seen.auto_reply_allowed
    assert seen.auto_reply_reason is None
    assert (seen.sender, seen.sender_name, seen.sender_refusal) == ("jo@home.example", "Jo Marsh", None)
    assert (seen.brand, seen.recipient) == ("harbour", "help@harbour.example")
    assert seen.matters == ("88123",)
    assert "disappointment" in seen.cues
    assert seen.points == 1
    assert (seen.tokens, seen.forged_tokens, seen.own_mark, seen.case_refs) == ((), 0, False, ())
    assert seen.dmarc is Dmarc.UNKNOWN
    assert len(seen.fingerprint) == 64


@pytest.mark.parametrize(
    "placed",
    [
        {"envelope": Envelope(rcpt_to=(CUSTOMER,))},
        {"envelope": Envelope(rcpt_to=(f"<{CUSTOMER.upper()}>",))},
        {"Delivered_To": CUSTOMER},
        {"X_Original_To": CUSTOMER},
        {"To": f"Harbour Home <{CUSTOMER}>"},
        {"Cc": f"someone@else.example, {CUSTOMER}"},
    ],
)
def test_a_signed_address_is_found_wherever_delivery_left_it(placed: dict[str, object]) -> None:
    """A peer lost every reply that had it in Cc only: chatwoot#15365."""
    seen = mail(**placed)  # type: ignore[arg-type]
    assert [token.ref for token in seen.tokens] == ["hh48291357k"]
    assert (seen.brand, seen.recipient) == ("harbour", "help@harbour.example")


def test_of_two_signed_addresses_the_envelopes_comes_first() -> None:
    seen = mail(envelope=Envelope(rcpt_to=(STAFF,)), To=f"{CUSTOMER}, {STAFF}")
    assert [token.direction for token in seen.tokens] == [Direction.STAFF, Direction.CUSTOMER]


def test_a_forged_signed_address_is_counted_and_proves_nothing() -> None:
    seen = mail(To=CUSTOMER.replace("1357k", "1358k"), Cc=CUSTOMER.replace("harbour.example", "other.example"))
    assert seen.tokens == ()
    assert seen.forged_tokens == 1


def test_references_count_in_the_subject_only() -> None:
    assert mail(Subject=f"Re: [{REF}] Lamp").case_refs == (REF,)
    assert mail(text=f"about {REF}", Subject="Lamp").case_refs == ()
    assert mail(Subject="Re: [HH-4829-1357Q]").case_refs == ()


def test_our_own_letter_come_back_is_known_by_its_mark() -> None:
    mark = tokens.mark("l000000048291357", POLICY.keys[0])
    assert mail(X_Answerable=mark).own_mark
    assert not mail(X_Answerable="l000000048291357.kaaaaaaaaaaaaaaaaaaaaaaaaaa").own_mark
    assert not mail(X_Answerable="yes").own_mark


def test_a_doubtful_from_line_is_no_identity_but_still_has_a_name() -> None:
    seen = mail(From='"Jo Marsh" <jo@home.example>, evil@evil.example')
    assert (seen.sender, seen.sender_refusal) == (None, "from-several")
    assert seen.sender_name == "Jo Marsh"


@pytest.mark.parametrize(
    ("headers", "origin", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, Origin.AUTO_REPLY, "auto_reply"),
        ({"List_Id": "<news.example>", "Precedence": "list"}, Origin.LIST, "precedence"),
    ],
)
def test_a_machine_gets_no_automatic_answer(headers: dict[str, str], origin: Origin, reason: str) -> None:
    seen = mail(**headers)
    assert seen.origin is origin
    assert not seen.auto_reply_allowed
    assert seen.auto_reply_reason == reason


def test_the_borders_verdict_and_an_authenticated_login_are_separate_facts() -> None:
    verdict = "mx.harbour.example; dmarc=pass header.from=home.example"
    assert mail(Authentication_Results=verdict).dmarc is Dmarc.PASS
    assert mail(Authentication_Results=verdict, channel="smtp").dmarc is Dmarc.UNKNOWN
    assert mail(envelope=Envelope(login="asha"), channel="smtp").login == "asha"


def test_the_words_that_are_quoted_are_not_the_senders() -> None:
    seen = mail(
        "Thanks.\r\n\r\nOn Tue, 13 Jan 2026 at 10:04, Harbour Home wrote:\r\n> The third time?\r\n> Still waiting? Order 77123"
    )
    assert "waiting" not in seen.cues
    assert "repetition" not in seen.cues
    assert seen.matters == ()


def test_mail_to_none_of_our_addresses_goes_to_the_first_brand() -> None:
    other = replace(HARBOUR, id="other", prefix="OT", addresses=("care@other.example",))
    policy = replace(POLICY, brands=(HARBOUR, other))
    raw = RawMessage(channel="smtp", account="a", source_id="1", blob=b"Subject: x\r\n\r\nx", received_at=TUESDAY)
    assert (observe(parse(raw), raw, policy).brand, observe(parse(raw), raw, policy).recipient) == ("harbour", "")
    to_other = replace(raw, envelope=Envelope(rcpt_to=("Care+x@other.example",)))
    assert (observe(parse(to_other), to_other, policy).brand, observe(parse(to_other), to_other, policy).recipient) == (
        "other",
        "care@other.example",
    )


def contact(*people: Address, verified: bool = True, media_type: str = "application/json") -> Signals:
    message = Message(
        from_=people, text="hello", reply="hello", conversation="s1", headers=(("from", "evil@evil.example"),)
    )
    raw = RawMessage(
        channel="webhook",
        account="shop",
        source_id="1",
        envelope=Envelope(verified=verified, rcpt_to=("help@harbour.example",)),
        blob=b"{}",
        media_type=media_type,  # type: ignore[arg-type]
        received_at=TUESDAY,
    )
    return observe(message, raw, POLICY)


def test_a_verified_contact_needs_no_from_line() -> None:
    assert contact(Address(name="Jo", email="Jo@Home.example")).sender == "jo@home.example"
    assert (contact().sender, contact().sender_refusal) == (None, None)
    assert contact(Address(email="not an address")).sender_refusal == "contact-address"


def test_a_mail_handed_over_by_a_verified_provider_still_needs_one() -> None:
    seen = contact(Address(email="jo@home.example"), media_type="message/rfc822")
    assert seen.sender == "evil@evil.example"


def test_names_are_one_line_without_hidden_characters_and_never_an_address() -> None:
    assert contact(Address(name="Jo\u202e\r\nMarsh ", email="jo@home.example")).sender_name == "Jo Marsh"
    assert contact(Address(name="ceo@corp.example", email="jo@home.example")).sender_name == ""


def test_the_fingerprint_is_of_the_bytes_as_they_came() -> None:
    raw = RawMessage(
        channel="smtp", account="a", source_id="1", blob=b"Message-ID: <1@x>\r\n\r\nx", received_at=TUESDAY
    )
    assert observe(parse(raw), raw, POLICY).fingerprint == fingerprint(raw.blob)


@given(st.binary(max_size=600))
def test_no_bytes_make_it_raise(blob: bytes) -> None:
    raw = RawMessage(channel="lmtp", account="a", source_id="1", blob=blob, received_at=TUESDAY)
    assert observe(parse(raw), raw, POLICY).brand == "harbour"


def test_a_mail_to_very_many_is_looked_at_in_part_only() -> None:
    many = ", ".join(f"a{n}@b.example" for n in range(5_000))
    assert mail(Cc=many, To=CUSTOMER).tokens
