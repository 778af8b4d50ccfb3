"""The exact bytes of letters: their head, their words and their files."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.case import Route
from intake.letters.body import one_line, readable
from intake.letters.compose import MAX_TEXT
from intake.letters.letter import LetterKind
from intake.letters.rehearsal import repertoire
from intake.message import Attachment, RawMessage
from intake.parse import parse
from intake.signals import Direction
from intake.tokens import marked, prove
from tests.harbour import HARBOUR, POLICY, TUESDAY
from tests.intake.letters.sending import ID, LETTER, REF, made, read
from tests.paper import stationery


def test_the_bytes_say_what_the_letter_means() -> None:
    mail = read(made())
    assert mail["From"] == "Harbour Home <help@harbour.example>"
    assert mail["To"] == "jo.marsh@example.org"
    assert mail["Subject"] == f"We have your message - {REF}"
    assert mail["Date"] == "Tue, 13 Jan 2026 10:04:00 +0000"
    assert mail["Message-ID"] == f"<{ID}.hh48291357k@harbour.example>"
    assert mail["In-Reply-To"] == "<a1@example.org>"
    assert mail["References"].split() == ["<a0@example.org>", "<a1@example.org>"]
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content().strip() == LETTER.html


def test_the_envelope_goes_to_the_one_recipient_and_back_to_us() -> None:
    submission = made()
    assert submission.rcpt_to == ("jo.marsh@example.org",)
    assert submission.message_id == f"{ID}.hh48291357k@harbour.example"
    token = prove(submission.mail_from, POLICY.keys)
    assert token is not None
    assert (token.direction, token.subject) == (Direction.BOUNCE, ID)


def test_a_letter_without_a_case_has_an_id_and_a_way_back_too() -> None:
    submission = made(replace(LETTER, case_ref="", reply_address=""))
    assert submission.message_id == f"{ID}@harbour.example"
    assert prove(submission.mail_from, POLICY.keys) is not None
    assert read(submission)["Reply-To"] is None


def test_composing_twice_gives_the_same_bytes() -> None:
    photo = Attachment(name="a.jpg", type="image/jpeg", size=3, content=b"abc")
    letter = replace(LETTER, attachments=(photo,))
    assert made(letter) == made(letter)


def test_our_own_letters_can_be_told_when_they_come_back() -> None:
    assert marked(str(read(made())["X-Answerable"]), POLICY.keys) == ID


@pytest.mark.parametrize(
    ("kind", "automatic", "said"),
    [
        (LetterKind.ACKNOWLEDGEMENT, True, "auto-replied"),
        (LetterKind.REPEAT_ACKNOWLEDGEMENT, True, "auto-replied"),
        (LetterKind.PROMISE_BROKEN, True, "auto-generated"),
        (LetterKind.NOTIFICATION, True, "auto-generated"),
        (LetterKind.NUDGE, True, "auto-generated"),
        (LetterKind.REPLY, False, None),
    ],
)
def test_letters_without_a_person_behind_them_say_so(kind: LetterKind, automatic: bool, said: str | None) -> None:
    mail = read(made(replace(LETTER, kind=kind, automatic=automatic)))
    assert mail["Auto-Submitted"] == said
    assert mail["X-Auto-Response-Suppress"] == ("All" if said else None)


@pytest.mark.parametrize(
    "subject", ["Größe & Farbe", "Lampe – falscher Schirm " * 8, "=?utf-8?q?not_encoded?=", "日本語の件名" * 20]
)
def test_a_subject_in_any_script_is_read_as_it_was_written(subject: str) -> None:
    said = str(read(made(replace(LETTER, subject=subject)))["Subject"])
    assert said.replace(" ", "") == subject.strip()[:250].replace(" ", "")


@pytest.mark.parametrize("name", ["Asha at Harbour Home", "Zoë & Söhne", 'The "Best", Ltd.', "O'Neil"])
def test_a_name_in_any_script_is_read_as_it_was_written(name: str) -> None:
    (sender,) = read(made(replace(LETTER, from_name=name)))["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, "help@harbour.example")


def test_long_message_ids_stay_as_they_are_and_a_long_thread_keeps_its_first_and_its_latest() -> None:
    long = tuple(f"{number}{'x' * 150}@mail.example.org" for number in range(60))
    said = read(made(replace(LETTER, references=long, in_reply_to=long[-1])))["References"].split()
    assert said == [f"<{i}>" for i in (long[0], *long[-19:])]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("photo of lamp.jpg", "photo of lamp.jpg"),
        ("Größe\r\nX-Evil: 1.pdf", "Größe X-Evil: 1.pdf"),
        ('a"; x="b.pdf', 'a"; x="b.pdf'),
        ("\u202egpj.exe", "gpj.exe"),
        ("\x00", "file"),
    ],
)
def test_file_names_are_kept_and_kept_in_their_place(name: str, shown: str) -> None:
    file = Attachment(name=name, type="application/pdf", size=3, content=b"abc")
    (found,) = read(made(replace(LETTER, attachments=(file,)))).iter_attachments()
    assert found.get_filename() == shown
    assert found.get_content() == b"abc"


@pytest.mark.parametrize("declared", ["multipart/mixed", "message/rfc822", "text/html\r\nX: 1", "nonsense", ""])
def test_a_file_of_an_odd_type_goes_as_plain_bytes(declared: str) -> None:
    file = Attachment(name="x", type=declared, size=3, content=b"abc")
    (found,) = read(made(replace(LETTER, attachments=(file,)))).iter_attachments()
    assert found.get_content_type() == "application/octet-stream"


@pytest.mark.parametrize(
    ("declared", "content", "sent"),
    [
        ("image/jpeg", b"\xff\xd8\xff\xe0" + bytes(5000), "image/jpeg"),
        ("application/pdf", b"%PDF-1.7\n" + bytes(5000), "application/pdf"),
        ("image/jpeg", b"MZ" + bytes(5000), "application/octet-stream"),
        ("image/png", b" " * 90 + b"<html>" + bytes(5000), "application/octet-stream"),
    ],
)
def test_a_file_goes_as_what_its_bytes_show(declared: str, content: bytes, sent: str) -> None:
    file = Attachment(name="x", type=declared, size=len(content), content=content)
    (found,) = read(made(replace(LETTER, attachments=(file,)))).iter_attachments()
    assert (found.get_content_type(), found.get_content()) == (sent, content)


def test_long_lines_and_odd_characters_in_the_text_arrive_and_fit_every_server() -> None:
    text = "word " * 50_000 + "\r\n.\r\nFrom me\r\x00\x1bend\n"
    submission = made(replace(LETTER, text=text))
    assert max(map(len, submission.blob.split(b"\r\n"))) <= 998
    found = read(submission).get_body(("plain",))
    assert found is not None
    assert found.get_content().split() == [*["word"] * 50_000, ".", "From", "me", "end"]


def test_a_chat_gets_the_letter_as_json() -> None:
    submission = made(replace(LETTER, to=Route(channel="chat", address="s1")))
    assert (submission.channel, submission.rcpt_to, submission.mail_from) == ("chat", ("s1",), "")
    assert json.loads(submission.blob) == {
        "text": LETTER.text,
        "html": LETTER.html,
        "from_name": "Harbour Home",
        "sent_at": "2026-01-13T10:04:00+00:00",
        "kind": "acknowledgement",
        "ref": REF,
    }


@settings(max_examples=150, deadline=None)
@given(subject=st.text(max_size=300), text=st.text(max_size=1500), content=st.binary(max_size=300))
def test_our_own_reader_gets_back_exactly_what_was_put_in(subject: str, text: str, content: bytes) -> None:
    text = f"Dear Jo,\n{text}\nYours, Asha"
    file = Attachment(name="bill.pdf", type="application/pdf", size=len(content), content=content)
    letter = replace(LETTER, subject=subject, text=text, html=f"<pre>{escape(text)}</pre>", attachments=(file,))
    raw = RawMessage(channel="smtp", account="a", source_id="1", blob=made(letter).blob, received_at=TUESDAY)
    message = parse(raw)
    assert message.text == readable(text)
    assert message.subject == one_line(subject, MAX_TEXT)
    assert [each.content for each in message.attachments] == [content]


def test_our_own_reader_finds_nothing_wrong_with_any_letter() -> None:
    brand = replace(HARBOUR, locales=("en_GB", "de_DE"))
    for locale in brand.locales:
        for written in repertoire(POLICY, brand, locale, stationery()):
            letter = written()
            if letter.to.channel != "mail":
                continue
            raw = RawMessage(channel="smtp", account="a", source_id="1", blob=made(letter).blob, received_at=TUESDAY)
            message = parse(raw)
            assert (message.defects, message.subject) == ((), letter.subject)
            assert message.text.split() == letter.text.split()
