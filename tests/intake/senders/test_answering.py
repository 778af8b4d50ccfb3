"""When no automatic answer may go out."""

from __future__ import annotations

import pytest

from intake.message import Envelope, Message
from intake.senders.answering import REFUSALS, refusal
from intake.signals import Origin
from tests.intake.reports.mail import mail

CASES = [
    ("no_sender", {"From": ""}, Origin.HUMAN),
    ("null_return_path", {"Return_Path": "<>"}, Origin.HUMAN),
    ("null_return_path", {"Return_Path": "<MAILER-DAEMON@mx.example>"}, Origin.HUMAN),
    ("report", {}, Origin.BOUNCE),
    ("report", {}, Origin.READ_RECEIPT),
    ("auto_reply", {}, Origin.AUTO_REPLY),
    ("auto_submitted", {"Auto_Submitted": "auto-generated (ServiceNow)"}, Origin.HUMAN),
    ("precedence", {"Precedence": "Bulk"}, Origin.HUMAN),
    ("list", {"List_Unsubscribe": "<https://example.org>"}, Origin.HUMAN),
    ("suppressed", {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"}, Origin.HUMAN),
    ("autoresponder", {"X_Autorespond": "vacation"}, Origin.HUMAN),
    ("bulk", {"Feedback_ID": "7:campaign:esp"}, Origin.HUMAN),
    ("robot_sender", {"From": "Mailer-Daemon@example.org"}, Origin.HUMAN),
    ("robot_sender", {"From": "team-bounces+nina=example.org@lists.example"}, Origin.HUMAN),
    ("no_reply_sender", {"From": "no-reply@example.org"}, Origin.HUMAN),
    ("no_reply_sender", {"From": "shop.donotreply@example.org"}, Origin.HUMAN),
    ("no_reply_sender", {"From": "nicht-antworten@example.org"}, Origin.HUMAN),
    ("no_reply_sender", {"From": "ne_pas_repondre@example.org"}, Origin.HUMAN),
    ("loop", {"X_Loop": "yes"}, Origin.HUMAN),
    ("ticket_system", {"Message_ID": "<1@zammad.example.org>"}, Origin.HUMAN),
    ("auto_generated", {}, Origin.AUTO_GENERATED),
]


@pytest.mark.parametrize(("slug", "headers", "origin"), CASES)
def test_an_answer_is_refused_for(slug: str, headers: dict[str, str], origin: Origin) -> None:
    message = mail("Hello", **{"From": "nina@example.org", **headers})
    assert refusal(message, Envelope(), origin) == slug


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Auto_Submitted": "no"},
        {"Precedence": "normal"},
        {"X_Auto_Response_Suppress": "DR, RN, NRN"},
        {"X_Autoreply": "no"},
        {"Feedback_ID": "1.eu-west-1.x=:AmazonSES"},
        {"Return_Path": "<nina@example.org>"},
        {"From": "no-reply@shop.example", "Reply_To": "nina@example.org"},
        {"From": "noreen.onley@example.org"},
        {"From": "bernard.post@example.org"},
        {"Message_ID": "<1@mail.robert.example>"},
        {"Message_ID": "<1@laptop.zammad.example.org>"},
    ],
)
def test_a_customer_is_answered_in_spite_of(headers: dict[str, str]) -> None:
    assert refusal(mail("Hello", **{"From": "nina@example.org", **headers}), Envelope(), Origin.HUMAN) is None


def test_the_envelope_decides_on_the_return_path() -> None:
    message = mail("Hello", From="nina@example.org", Return_Path="<>")
    assert refusal(message, Envelope(mail_from="nina@example.org"), Origin.HUMAN) is None
    assert refusal(message, Envelope(mail_from=""), Origin.HUMAN) == "null_return_path"


def test_a_customer_whose_mail_is_relayed_with_a_bounce_address_is_answered() -> None:
    message = mail("Hello", From="nina@example.org")
    assert refusal(message, Envelope(mail_from="bounces+7-nina=example.org@relay.example"), Origin.HUMAN) is None


def test_a_chat_needs_no_address_to_be_answered() -> None:
    assert refusal(Message(conversation="c-1"), Envelope(verified=True), Origin.HUMAN) is None


def test_the_docstring_lists_every_reason_in_the_order_taken() -> None:
    listed = [line.split("``")[1] for line in (refusal.__doc__ or "").splitlines() if "- ``" in line]
    assert tuple(listed) == REFUSALS
