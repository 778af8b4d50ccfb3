"""Nobody's words can add a header or a recipient to a letter."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.case import Route
from intake.letters.letter import LetterKind, Submission
from intake.message import Attachment
from tests.harbour import ASHA
from tests.intake.letters.sending import LETTER, made, read

HEADERS = {
    "date", "from", "to", "reply-to", "subject", "message-id", "in-reply-to", "references", "x-answerable", "auto-submitted",
    "x-auto-response-suppress", "mime-version", "content-type",
}  # fmt: skip
HOSTILE = (
    "Hello\r\nBcc: victim@example.net",
    "Hello\nX-Evil: 1",
    "=?utf-8?q?Hello=0D=0ABcc=3A_victim=40example=2Enet?=",
    "Hello\x85Bcc: a@b.example\u2028X: 1\u2029Y: 2",
    "(" * 70 + "comment",
    "NUL\x00 and \x1b[31m and \u202etxt.exe",
    'A "quoted\\" <name> , b@example.net, c@example.net;',
    "\ud800 half a pair",
    "ü" * 400,
    "x" * 5000,
    "  leading,\ttabs  ",
    "" + "😀" * 90,
)


def harmless(submission: Submission) -> bool:
    names = Counter(line.partition(b":")[0].lower().decode() for line in fields(submission.blob))
    to = [f for f in fields(submission.blob) if f.lower().startswith(b"to:")]
    assert set(names) <= HEADERS, names
    assert set(names.values()) == {1}
    assert submission.rcpt_to == ("jo.marsh@example.org",)
    assert to[0].count(b"@") == 1
    assert submission.blob.isascii()
    assert b"\n" not in submission.blob.replace(b"\r\n", b"")
    return max(map(len, submission.blob.split(b"\r\n"))) <= 998


def fields(blob: bytes) -> list[bytes]:
    """Header fields, unfolded by hand, so that nobody's parser is trusted."""
    return blob.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").split(b"\r\n")


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_in_headers_add_no_header_and_no_recipient(words: str) -> None:
    """RT CVE-2012-4730, CVE-2013-3373; Python CVE-2024-6923, CVE-2025-11468, CVE-2026-1299."""
    submission = made(
        replace(LETTER, subject=words, from_name=words, to_name=words, in_reply_to=words, references=(words,))
    )
    assert harmless(submission)


@settings(max_examples=150, deadline=None)
@given(
    subject=st.text(max_size=400),
    name=st.text(max_size=120),
    ids=st.lists(st.text(max_size=80), max_size=30),
    text=st.text(max_size=2000),
    file=st.text(max_size=200),
)
def test_no_text_at_all_adds_a_header_or_a_recipient(
    subject: str, name: str, ids: list[str], text: str, file: str
) -> None:
    attachment = Attachment(name=file, type=file, size=1, content=text.encode(errors="replace"))
    letter = replace(
        LETTER,
        subject=subject,
        from_name=name,
        to_name=name,
        references=tuple(ids),
        text=text,
        html=text,
        attachments=(attachment,),
    )
    submission = made(letter)
    assert harmless(submission)
    mail = read(submission)
    assert [p.get_content_type() for p in mail.walk() if not p.is_multipart()][:2] == ["text/plain", "text/html"]
    (found,) = mail.iter_attachments()
    assert found.get_payload(decode=True) == attachment.content


@pytest.mark.parametrize(
    "address", ["jo@example.org, evil@example.net", "jo@example.org\r\nBcc: x@y.example", "jörg@example.org", "jo", ""]
)
def test_an_address_that_is_not_plainly_one_is_our_fault_and_not_sent(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        made(replace(LETTER, to=Route(channel="mail", address=address)))


def test_a_letter_to_a_customer_shows_no_address_of_staff() -> None:
    letter = replace(LETTER, kind=LetterKind.REPLY, automatic=False, person="asha", from_name="Asha at Harbour Home")
    assert ASHA.email.encode() not in made(letter).blob
