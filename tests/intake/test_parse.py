"""Reading is total: whatever comes in, a message comes out."""

from __future__ import annotations

import email
from email.policy import compat32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import hostile, workload
from intake.mime import prescan, reader
from intake.mime.defects import Defect
from intake.mime.html import safe
from intake.parse import parse
from tests.intake.mime.letters import mail, parts, raw, read

SAMPLES = [blob for _, blob in workload.messages(24, seed=7) if len(blob) < 20_000]
SPLINTERS = (
    b"=?utf-8?q?=3Ca=40b=3E?=", b"\x00", b"\xff\xfe", b"\r", b"\n\n", b"--", b";", b'"', b"<", b"(((", b"=?", b"?=",
    b"charset=undefined", b"Content-Type: multipart/mixed; boundary=", b"Content-Transfer-Encoding: base64\r\n",
    b"\x1b$B", b"=", b"%", b"*0*=",
)  # fmt: skip

QUICK = (
    "subject-of-20000-encoded-words", "subject-of-8000-whole-encoded-words", "300000-folded-lines", "100000-addresses",
    "100000-address-fields", "brackets-in-from", "quotes-in-from", "spaces-in-content-type", "semicolons-in-content-type",
    "references-without-brackets", "200000-empty-parts", "200000-parts-without-blank-lines", "depth-3000",
    "depth-3000-of-messages", "attached-message-of-200000-parts", "html-100000-div", "html-of-open-comments",
    "html-of-open-tables", "flowed-on-and-on", "punycode", "base64-of-splinters", "tnef-of-100000-objects", "only-zero-bytes",
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real message with a few places cut, doubled or overwritten."""
    blob = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 6))):
        at, length = draw(st.integers(0, len(blob))), draw(st.integers(0, 60))
        splinter = draw(st.sampled_from(SPLINTERS) | st.binary(max_size=12))
        blob = blob[:at] + splinter + blob[at + draw(st.sampled_from([0, length])) :]
    return blob


@settings(max_examples=150, deadline=None)
@given(mutated())
def test_damaged_mail_becomes_a_message_with_known_defects(blob: bytes) -> None:
    message = parse(raw(blob))
    assert set(message.defects) <= {defect.value for defect in Defect}
    assert Defect.UNREADABLE not in message.defects
    assert all(attachment.name for attachment in message.attachments)
    assert not any(ord(char) < 32 for name, value in message.headers for char in value)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["message/rfc822", "text/plain", "text/html", "application/json"]))
def test_bytes_that_are_no_message_become_one_all_the_same(blob: bytes, media_type: str) -> None:
    assert Defect.UNREADABLE not in read(blob, media_type).defects  # type: ignore[arg-type]


@pytest.mark.parametrize("name", QUICK)
def test_gh_136063_a_bomb_is_read_without_blowing_up(name: str) -> None:
    message = parse(raw(hostile.MAKERS[name]()))
    assert Defect.UNREADABLE not in message.defects
    assert len(message.headers) <= prescan.MAX_HEADER_LINES
    assert len(message.parts) <= reader.MAX_PARTS


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("subject-of-20000-encoded-words", "limit-header-size"),
        ("300000-folded-lines", "limit-header-lines"),
        ("100000-addresses", "limit-addresses"),
        ("200000-empty-parts", "limit-parts"),
        ("depth-3000", "limit-depth"),
        ("depth-3000-of-messages", "limit-depth"),
        ("html-100000-div", "limit-html"),
    ],
)
def test_each_limit_that_was_passed_is_named(name: str, limit: str) -> None:
    assert limit in parse(raw(hostile.MAKERS[name]())).defects


def test_what_comes_before_a_limit_is_still_read() -> None:
    part = "Content-Type: text/plain\n\nword"
    message = read(parts("mixed", *([part] * 300)))
    assert message.subject == "Plates"
    assert message.text.split() == ["word"] * 200


def test_a_digest_of_many_messages_is_not_taken_for_deep_nesting() -> None:
    message = read(parts("digest", *["\nSubject: one of many\n\nwords"] * 40))
    assert len(message.attachments) == 40
    assert not any(defect.startswith("limit") for defect in message.defects)


@pytest.mark.parametrize("blob", SAMPLES[:12])
def test_well_formed_mail_has_the_leaves_the_standard_library_sees(blob: bytes) -> None:
    standard = [
        part.get_content_type()
        for part in email.message_from_bytes(blob, policy=compat32).walk()
        if not part.is_multipart()
    ]
    message = parse(raw(blob))
    assert [part.type for part in message.parts] == standard
    assert message.defects == ()


def test_plain_text_and_html_are_read_as_bodies_of_that_kind() -> None:
    assert read("Grüße".encode(), "text/plain").text == "Grüße"
    page = read(b"<p>Hello<script>x</script></p>", "text/html")
    assert (page.text.strip(), safe(page)) == ("Hello", "<p>Hello</p>")


def test_the_words_of_a_message_are_told_apart() -> None:
    message = read(mail("Two plates broke.\n\nOn Monday, Help <help@harbour.example> wrote:\n> How was it?\n"))
    assert message.reply == "Two plates broke."
    assert "How was it?" in message.quoted
    assert message.language == "en"
