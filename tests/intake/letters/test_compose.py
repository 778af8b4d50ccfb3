"""The exact bytes of letters, and that nobody's words can add to them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.case import Route
from intake.letters.body import one_line, readable
from intake.letters.compose import MAX_TEXT, compose
from intake.letters.letter import Letter, LetterKind, Submission
from intake.letters.rehearsal import repertoire
from intake.message import Attachment, RawMessage
from intake.parse import parse
from intake.signals import Direction
from intake.tokens import customer_address, marked, prove
from tests.harbour import ASHA, HARBOUR, POLICY, TUESDAY
from tests.paper import stationery

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


def made(letter: Letter = LETTER) -> Submission:
    return compose(letter, brand=HARBOUR, policy=POLICY, letter_id=ID, now=TUESDAY)


def read(submission: Submission) -> EmailMessage:
    message = message_from_bytes(submission.blob, policy=default)
    assert isinstance(message, EmailMessage)
    return message


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
    "address", ["jo@example.org, evil@example.net", "jo@example.org\r\nBcc: x@y.example", "jörg@example.org", "jo", ""]
)
def test_an_address_that_is_not_plainly_one_is_our_fault_and_not_sent(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        made(replace(LETTER, to=Route(channel="mail", address=address)))


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


def test_a_letter_to_a_customer_shows_no_address_of_staff() -> None:
    letter = replace(LETTER, kind=LetterKind.REPLY, automatic=False, person="asha", from_name="Asha at Harbour Home")
    assert ASHA.email.encode() not in made(letter).blob


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
