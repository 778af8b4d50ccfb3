"""What staff write goes first, and nobody else can push in."""

from __future__ import annotations

import pytest

from intake.lanes import by_staff
from intake.message import Envelope, RawMessage
from intake.tokens import bounce_address, confirm_address, customer_address, note_address, staff_address
from tests.harbour import HARBOUR, POLICY, TUESDAY
from tests.store.examples import REF, raw

REPLY = staff_address(POLICY, HARBOUR, REF, "asha", TUESDAY)
NOTE = note_address(POLICY, HARBOUR, REF, "asha", TUESDAY)
CONFIRM = confirm_address(POLICY, HARBOUR, 7, "asha", TUESDAY)
CUSTOMER = customer_address(POLICY, HARBOUR, REF)
BOUNCE = bounce_address(POLICY, HARBOUR, REF, "l000000048291357")
FORGED = REPLY.replace("+s.hh4829", "+s.hh4828")
IN_MAILBOX = Envelope()


def to(*recipients: str, login: str | None = None) -> RawMessage:
    return raw(envelope=Envelope(rcpt_to=recipients, login=login))


def in_a_mailbox(head: str) -> RawMessage:
    return raw(envelope=IN_MAILBOX, blob=f"From: asha@harbour.example\r\n{head}\r\n\r\nIt is on its way.\r\n".encode())


@pytest.mark.parametrize(
    "message",
    [
        to(REPLY),
        to("help@harbour.example", NOTE),
        to(CONFIRM),
        to(REPLY.upper()),
        to(REPLY.replace("+", "%2B")),
        to("help@harbour.example", login="asha"),
        in_a_mailbox(f"To: Harbour <{REPLY}>"),
        in_a_mailbox(f"To: help@harbour.example\r\nDelivered-To: {REPLY}"),
    ],
)
def test_what_is_for_an_address_that_was_signed_for_staff_goes_first(message: RawMessage) -> None:
    assert by_staff(message, POLICY.keys)


@pytest.mark.parametrize(
    "message",
    [
        to("help@harbour.example"),
        to(CUSTOMER),
        to(BOUNCE),
        to(FORGED),
        to(*["help+s.x@harbour.example"] * 20, REPLY),
        in_a_mailbox(f"To: {CUSTOMER}"),
        in_a_mailbox(f"To: {FORGED}"),
        in_a_mailbox(f"To: help@harbour.example\r\n\r\nWrite to {REPLY}"),
        raw(envelope=IN_MAILBOX, blob=b"\xff\xfe+s." * 30_000),
    ],
    ids=repr,
)
def test_nobody_else_can_push_in(message: RawMessage) -> None:
    assert not by_staff(message, POLICY.keys)
