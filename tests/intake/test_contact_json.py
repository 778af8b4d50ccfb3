"""The JSON contact: read in every spelling, and never refused."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.contact_json import read
from intake.message import Address, Envelope, Message, RawMessage
from intake.mime.html import safe
from tests.harbour import TUESDAY


def raw(blob: bytes, *, verified: bool = True) -> RawMessage:
    return RawMessage(
        channel="webhook",
        account="shop",
        source_id="msg_1",
        envelope=Envelope(verified=verified),
        blob=blob,
        media_type="application/json",
        received_at=TUESDAY,
    )


def contact(**said: Any) -> Message:
    return read(raw(json.dumps(said).encode()))


def test_a_whole_contact_is_read() -> None:
    message = contact(
        id="42",
        conversation="order-4711",
        sender={"id": "7", "name": "Mia Lind", "email": "mia@post.example"},
        subject="My kettle",
        text="It leaks.\r\nPlease help.",
        sent_at="2026-01-13T11:04:00+01:00",
        attachments=[{"name": "a.txt", "type": "text/plain", "content_b64": base64.b64encode(b"drip").decode()}],
        original={"anything": ["at", "all"]},
    )
    assert message.from_ == (Address(name="Mia Lind", email="mia@post.example"),)
    assert (message.conversation, message.subject) == ("order-4711", "My kettle")
    assert message.text == message.reply == "It leaks.\nPlease help."
    assert message.sent_at == datetime(2026, 1, 13, 10, 4, tzinfo=UTC)
    (file,) = message.attachments
    assert (file.name, file.type, file.size, file.content) == ("a.txt", "text/plain", 4, b"drip")
    assert file.sha256 == hashlib.sha256(b"drip").hexdigest()
    assert message.defects == ()


def test_a_conversation_counts_only_when_the_channel_proved_the_sender() -> None:
    """Whoever could name a conversation would join it."""
    blob = b'{"conversation": "order-4711", "text": "hello"}'
    assert read(raw(blob, verified=True)).conversation == "order-4711"
    assert read(raw(blob, verified=False)).conversation is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"sender": {"name": "Mia", "email": "mia@post.example"}}, Address(name="Mia", email="mia@post.example")),
        ({"sender": "mia@post.example", "sender_name": "Mia"}, Address(name="Mia", email="mia@post.example")),
        ({"sender": "mia@post.example"}, Address(email="mia@post.example")),
        ({"sender": "Mia"}, Address(name="Mia")),
        ({"sender": {"id": "7", "name": "Mia\r\nBcc: all@post.example"}}, Address(name="Mia Bcc: all@post.example")),
    ],
)
def test_a_sender_is_read_in_each_spelling(said: dict[str, Any], expected: Address) -> None:
    assert contact(text="hello", **said).from_ == (expected,)


def test_a_contact_may_come_from_nobody() -> None:
    assert contact(text="hello").from_ == ()


@pytest.mark.parametrize(
    "said",
    [
        "2026-01-13T10:04:00Z",
        "2026-01-13 10:04:00",
        "2026-01-13T10:04:00.000+00:00",
        1768298640,
        1768298640.0,
        1768298640000,
        "1768298640",
    ],
)
def test_a_time_is_read_in_each_spelling(said: object) -> None:
    assert contact(text="hello", sent_at=said).sent_at == datetime(2026, 1, 13, 10, 4, tzinfo=UTC)


@pytest.mark.parametrize("said", ["yesterday", "9" * 400, 10**30, -(10**30), 1e308, True, [], {}])
def test_a_time_that_is_none_is_a_defect(said: object) -> None:
    message = contact(text="hello", sent_at=said)
    assert message.sent_at is None
    assert message.defects in {("date-broken",), ("json-broken",)}


def test_html_alone_is_made_safe_and_also_read_as_text() -> None:
    message = contact(html="<p>It <b>leaks</b>.</p><script>steal()</script><img src=https://spy.example/x>")
    assert message.text.strip() == "It leaks."
    assert "steal" not in (safe(message) or "steal")
    assert "spy.example" not in (safe(message) or "")


def test_what_is_quoted_is_told_from_what_is_new() -> None:
    message = contact(
        text="Still leaking.\n\nOn 13 Jan 2026, Asha Patel <help@harbour.example> wrote:\n> Is it dry now?\n"
    )
    assert message.reply.strip() == "Still leaking."
    assert "Is it dry now?" in message.quoted


def test_a_file_that_lies_elsewhere_is_listed_without_its_bytes() -> None:
    message = contact(text="see", attachments=[{"name": "b.pdf", "url": "https://files.example/b.pdf"}])
    (file,) = message.attachments
    assert (file.name, file.type, file.size, file.sha256) == ("b.pdf", "application/pdf", 0, "")
    assert message.defects == ("attachment-elsewhere",)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\x\\passwd", "\u200b.htaccess", "", "con", "a\r\nb.txt", "x" * 9000]
)
def test_a_file_has_a_name_that_is_safe_to_store(name: str) -> None:
    """FreeScout CVE-2026-28289: an invisible character before a forbidden name."""
    (file,) = contact(text="see", attachments=[{"name": name, "content_b64": "eA=="}]).attachments
    assert file.name
    assert not file.name.startswith(".")
    assert not set(file.name) & set("/\\\r\n\u200b")
    assert len(file.name) <= 120


@pytest.mark.parametrize("blob", [b"", b"{", b"\xff\xfe\x00", b"[" * 5000, b'{"text": "\\ud800"}', b"plain words"])
def test_what_is_no_json_is_shown_as_it_came(blob: bytes) -> None:
    message = read(raw(blob))
    assert message.defects == ("json-broken",)
    assert message.text == message.reply
    if blob.isascii():
        assert message.text == blob.decode()


def test_json_that_is_no_contact_is_shown_as_it_came() -> None:
    message = read(raw(b'["hello"]'))
    assert (message.text, message.defects) == ('["hello"]', ("contact-missing",))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [
        "id",
        "conversation",
        "sender",
        "sender_name",
        "text",
        "html",
        "subject",
        "sent_at",
        "attachments",
        "name",
        "content_b64",
    ]
)


@given(st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON) | st.lists(st.dictionaries(KEYS, JSON), max_size=3)))
def test_whatever_a_contact_holds_it_is_read(said: dict[str, Any]) -> None:
    message = read(raw(json.dumps(said).encode()))
    assert len(set(message.defects)) == len(message.defects)
    assert not any(set(line) & set("\r\n") for line in (message.subject, *(a.name + a.email for a in message.from_)))


@given(st.binary(max_size=300))
def test_whatever_the_bytes_are_they_are_read(blob: bytes) -> None:
    assert read(raw(blob)) is not None


def test_a_megabyte_of_anything_is_read_at_once() -> None:
    """No input may hold a worker: nested markup, endless quotation, endless base64."""
    for said in (
        {"html": "<div>" * 200_000},
        {"text": "> " * 500_000},
        {"text": "On On On " * 110_000},
        {"text": "x", "attachments": [{"name": "a", "content_b64": "A" * 1_000_000}]},
        {"text": "x", "attachments": [{}] * 100_000},
    ):
        assert contact(**said) is not None
