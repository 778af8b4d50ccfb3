"""Robots that write prose: one family of wording a case."""

from __future__ import annotations

import pytest

from intake.message import Envelope
from tests.intake.reports.mail import mail, reports, robot

FAMILIES = {
    "qmail": (
        "Hello, this is the mail program. I could not deliver your message.\n\n"
        "<nina@example.org>:\n192.0.2.7 does not like recipient.\nRemote host said: 550 5.1.1 unknown\n\n"
        "--- Below this line is a copy of the message.\n\nFrom: help@harbour.example\nTo: nobody@example.org",
        [("nina@example.org", "failed", "5.1.1")],
    ),
    "exim": (
        "A message that you sent could not be delivered. The following address(es) failed:\n\n"
        "  nina@example.org\n    host mx.example.org [192.0.2.7]\n    SMTP error after RCPT TO:<nina@example.org>:\n"
        "    550 mailbox unavailable\n"
        "  omar@example.org\n    (generated from all@example.org)\n    mailbox is full\n",
        [("nina@example.org", "failed", "5.1.1"), ("omar@example.org", "failed", "5.2.2")],
    ),
    "exchange": (
        "Your message\n\n  To:      help@harbour.example\n  Subject: Your chair\n  Sent:    Mon, 5 Jan 2026\n\n"
        "did not reach the following recipient(s):\n\nnina@example.org on Mon, 5 Jan 2026 10:00:00 -0000\n"
        "    The recipient name is not recognized\n",
        [("nina@example.org", "failed", "5.1.1")],
    ),
    "sendmail": (
        "   ----- The following addresses had permanent fatal errors -----\n<nina@example.org>\n"
        "    (expanded from: <desk@example.org>)\n\n   ----- Transcript of session follows -----\n"
        "... while talking to mx.example.org.:\n>>> RCPT To:<nina@example.org>\n<<< 554 5.7.1 relaying denied\n",
        [("nina@example.org", "failed", "5.7.1"), ("desk@example.org", "failed", "5.0.0")],
    ),
    "in one sentence": (
        "Unable to deliver message to: <nina@example.org>\nReason: the disk quota of the user is used up.\n",
        [("nina@example.org", "failed", "5.2.2")],
    ),
    "local name": (
        "Your mail to the following recipients could not be delivered:\n\tnina\n",
        [("nina@mx.example.net", "failed", "5.0.0")],
    ),
    "only the returned header tells": (
        "Message could not be delivered to mobile.\nError: No valid recipients\n\n"
        "Original Message:\nReceived: from a.example\nFrom: help@harbour.example\nTo: nina@example.org\nMessage-ID: <1@a>\n",
        [("nina@example.org", "failed", "5.1.1")],
    ),
    "Japanese": ("送信に失敗しました。\n\n<nina@example.org>\n容量不足\n", [("nina@example.org", "failed", "5.2.2")]),
    "Russian": (
        "Ваше письмо не может быть доставлено:\n\n  nina@example.org\n    host mx: 550 5.1.1 нет\n",
        [("nina@example.org", "failed", "5.1.1")],
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_robot_of_this_family_is_understood(family: str) -> None:
    text, expected = FAMILIES[family]
    assert [(r.recipient, r.action, r.status) for r in reports(robot(text))] == expected


def test_a_robot_that_goes_on_trying_reports_a_delay() -> None:
    text = "Your message to:\n\tnina@example.org\nhas not yet been delivered, the server did not respond. We will keep trying."
    found = reports(robot(text, Subject="Warning: message delayed 4 hours"))
    assert [(r.recipient, r.action, r.status) for r in found] == [("nina@example.org", "delayed", "4.4.1")]


def test_the_header_that_lists_all_failures_is_believed_before_the_text() -> None:
    message = robot(
        "Could not be delivered:\n  list@example.org", X_Failed_Recipients="nina@example.org, omar@example.org"
    )
    assert [r.recipient for r in reports(message)] == ["nina@example.org", "omar@example.org"]


def test_the_diagnostic_is_the_sentence_of_the_other_server() -> None:
    text = "I could not deliver your message.\n\n<nina@example.org>:\nRemote host said: 550 5.1.1 no\n such person\n\nGoodbye"
    assert [r.diagnostic for r in reports(robot(text))] == ["Remote host said: 550 5.1.1 no such person"]


def test_neither_the_helpful_postmaster_nor_ourselves_are_taken_for_recipients() -> None:
    text = (
        "Sorry help@harbour.example, a message sent by\n  <help@harbour.example>\ncould not be delivered to\n"
        "  <nina@example.org>\nFor help contact <postmaster@mx.example.net>."
    )
    assert [r.recipient for r in reports(robot(text))] == ["nina@example.org"]


def test_the_null_envelope_sender_is_a_mark_of_a_robot() -> None:
    """Over SMTP there is no Return-Path header yet."""
    text = "The next mail server says that your message could not be delivered:\n  nina@example.org"
    message = mail(text, From="post@example.net", Subject="Sorry")
    assert reports(message) == ()
    assert [r.recipient for r in reports(message, Envelope(mail_from=""))] == ["nina@example.org"]


def test_a_carrier_who_notifies_of_parcels_reports_nothing() -> None:
    text = "Your parcel could not be delivered.\nnina@example.org"
    message = mail(text, From="Parcel Delivery Notification <info@parcels.example>", Subject="Delivery notification")
    assert reports(message) == ()


@pytest.mark.parametrize(
    "subject",
    [
        "Delivery failed",
        "Non-delivery of my order",
        "Returned mail order",
        "Undeliverable: again!",
        "Your message to me",
        "RE: Sofa",
    ],
)
def test_a_customer_whose_parcel_could_not_be_delivered_reports_nothing(subject: str) -> None:
    text = (
        "The driver says my parcel could not be delivered. Undeliverable! Write to me:\n\nnina@example.org\nflat 550."
    )
    assert reports(mail(text, From="Nina <nina@example.org>", Subject=subject)) == ()


def test_a_carrier_that_nobody_can_answer_reports_nothing() -> None:
    text = "Your parcel could not be delivered.\nnina@example.org"
    assert reports(mail(text, From="no-reply@parcels.example", Subject="Delivery problem")) == ()


def test_a_person_who_quotes_a_bounce_reports_nothing() -> None:
    text = "See below, what did I do wrong?\n\n> <omar@example.org>: 550 5.1.1 User unknown\n> could not be delivered"
    message = mail(
        text, reply="See below, what did I do wrong?", From="nina@example.org", Subject="Re: Undelivered Mail"
    )
    assert reports(message) == ()


def test_a_postmaster_on_holiday_reports_nothing() -> None:
    """munin PR 942: out-of-office mail of Microsoft 365 comes from postmaster@ with a null return path."""
    message = robot(
        "I am out of the office.",
        From="postmaster@example.org",
        Subject="Automatic reply: Your order",
        Auto_Submitted="auto-generated",
    )
    assert reports(message) == ()
