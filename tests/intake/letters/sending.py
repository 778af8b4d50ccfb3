"""One letter, made into the bytes that leave, and read back as another program reads it."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from intake.case import Route
from intake.letters.compose import compose
from intake.letters.letter import Letter, LetterKind, Submission
from intake.tokens import customer_address
from tests.harbour import HARBOUR, POLICY, TUESDAY

REF = "HH-4829-1357K"
ID = "l000000000000001"
LETTER = Letter(
    kind=LetterKind.ACKNOWLEDGEMENT,
    cause="inbound:1",
    case_ref=REF,
    brand="harbour",
    to=Route(channel="mail", address="jo.marsh@example.org"),
    subject=f"We have your message - {REF}",
    text="Hello,\n\nwe have it.\n",
    html="<p>Hello,</p><p>we have it.</p>",
    automatic=True,
    from_name="Harbour Home",
    reply_address=customer_address(POLICY, HARBOUR, REF),
    in_reply_to="a1@example.org",
    references=("a0@example.org", "a1@example.org"),
)


def made(letter: Letter = LETTER) -> Submission:
    return compose(letter, brand=HARBOUR, policy=POLICY, letter_id=ID, now=TUESDAY)


def read(submission: Submission) -> EmailMessage:
    message = message_from_bytes(submission.blob, policy=default)
    assert isinstance(message, EmailMessage)
    return message
