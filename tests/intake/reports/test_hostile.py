"""Whatever a stranger writes, there is an answer, and soon."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.message import Address, Envelope, Message, Part
from intake.senders.answering import REFUSALS
from intake.senders.kind import kind
from intake.signals import Origin
from tests.intake.reports.mail import robot, status_part

PIECES = st.sampled_from(
    [
        "\n",
        "\n\n",
        " ",
        "<",
        ">",
        "@",
        ":",
        ";",
        "{",
        "}",
        '"',
        "\x00",
        "\u2028",
        "é",
        "=?utf-8?q?",
        "a",
        "a@b.cc",
        "550",
        "5.1.1",
        "Final-Recipient: ",
        "Action: failed",
        "Status: ",
        "RCPT TO:",
        "From: ",
        "Received: ",
        "Message-ID: ",
        "-----",
        "could not be delivered",
        "is delayed",
        "mailbox full",
        "generated from ",
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join))
NAMES = st.sampled_from(
    [
        "from",
        "to",
        "subject",
        "return-path",
        "content-type",
        "auto-submitted",
        "precedence",
        "list-id",
        "feedback-id",
        "x-failed-recipients",
        "x-auto-response-suppress",
        "x-loop",
        "message-id",
        "x-mlserver",
    ]
)
VALUES = st.one_of(
    TEXTS, st.sampled_from(["<>", "MAILER-DAEMON", "multipart/report; report-type=delivery-status", "no-reply@b.cc"])
)
TYPES = st.sampled_from(
    [
        "text/plain",
        "message/delivery-status",
        "message/rfc822",
        "message/feedback-report",
        "message/disposition-notification",
    ]
)
PARTS = st.builds(lambda kind, text, depth: Part(type=kind, text=text, depth=depth), TYPES, TEXTS, st.integers(0, 2))
MESSAGES = st.builds(
    lambda subject, sender, text, headers, parts: Message(
        subject=subject,
        from_=(Address(name=sender, email=sender),),
        text=text,
        reply=text,
        headers=tuple(headers),
        parts=tuple(parts),
    ),
    TEXTS,
    VALUES,
    TEXTS,
    st.lists(st.tuples(NAMES, VALUES), max_size=5),
    st.lists(PARTS, max_size=4),
)


@given(MESSAGES, st.sampled_from([None, "", "nina@example.org"]))
def test_no_message_makes_the_readers_raise(message: Message, mail_from: str | None) -> None:
    its = kind(message, Envelope(mail_from=mail_from))
    assert isinstance(its.origin, Origin)
    assert its.refusal in (None, *REFUSALS)
    assert all(report.recipient for report in its.reports)


BOMBS = {
    "dashes": ("-" * 1_990 + "\n") * 150,
    "dots": ("a@" + "a." * 990 + "\n") * 150,
    "short lines": "a\n" * 150_000,
    "fields": "Final-Recipient: rfc822; a@b.cc\nAction: failed\n\n" * 6_000,
    "recipients": "".join(f"<u{number}@b.cc>:\n550 no\n" for number in range(20_000)),
    "header fields": "".join(f"h{number}: x\n" for number in range(40_000)),
    "announcements": ("this is the original message " * 60 + "\n") * 150,
    "braces": '{"Message": ' * 20_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_answered(bomb: str) -> None:
    text = BOMBS[bomb]
    for message in (robot(text), robot(text, status_part(text))):
        its = kind(message)
        assert len(its.reports) <= 200
        assert its.origin is Origin.BOUNCE
