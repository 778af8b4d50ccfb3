"""The same mail by another way is the same mail; another mail never is."""

from __future__ import annotations

import re
import tracemalloc
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.fingerprint import fingerprint

MAIL = (
    b"Message-ID: <a@b.example>\r\nDate: Tue, 13 Jan 2026 10:04:00 +0000\r\nFrom: Jo <jo@b.example>\r\n"
    b"To: help@harbour.example\r\nSubject: My lamp\r\nReferences: <x@b.example>\r\n <y@b.example>\r\n\r\n"
    b"It is broken.\r\n"
)
TRACE = b"Received: from mx by here; Tue, 13 Jan 2026 10:05:00 +0000\r\n\tfolded\r\n"


@pytest.mark.parametrize(
    "other",
    [
        TRACE + MAIL,
        b"Return-Path: <jo@b.example>\r\nDelivered-To: help@harbour.example\r\n" + TRACE + TRACE + MAIL,
        b"Authentication-Results: mx; dmarc=pass\r\nDKIM-Signature: v=1\r\nARC-Seal: i=1\r\nX-Spam: no\r\n" + MAIL,
        MAIL.replace(b"\r\n", b"\n"),
        MAIL + b"\r\n\r\n",
        MAIL.replace(b"\r\n <y", b"\r\n\t<y"),
        MAIL.replace(b"Message-ID:", b"Message-Id:"),
        MAIL.replace(b"Subject: My lamp\r\n", b"").replace(b"Message-ID:", b"Subject: My lamp\r\nMessage-ID:"),
    ],
)
def test_the_same_mail_by_another_way_has_the_same_fingerprint(other: bytes) -> None:
    assert fingerprint(other) == fingerprint(MAIL)


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"broken", b"lost"),
        MAIL.replace(b"My lamp", b"My sofa"),
        MAIL.replace(b"Jo <jo@", b"Jo <j@"),
        MAIL.replace(b"10:04:00", b"10:04:01"),
        MAIL.replace(b"Message-ID: <a@", b"Message-ID: <c@"),
        MAIL.replace(b"To: help", b"Cc: help"),
        MAIL.replace(b"\r\n\r\nIt is", b"\r\nIt: is\r\n\r\nIt is").replace(b"broken", b"brokem"),
        MAIL.rstrip() + b" ",
        MAIL.rstrip() + b"X",
    ],
)
def test_one_message_id_does_not_make_two_mails_one(other: bytes) -> None:
    """Peers that trusted it lost complaints: zammad#1578, freescout#4748."""
    assert fingerprint(other) != fingerprint(MAIL)


@pytest.mark.parametrize("missing", [b"", b"Message-ID:\r\n", b"Message-ID: \r\n"])
def test_without_a_message_id_every_byte_counts(missing: bytes) -> None:
    """Mails without one were all taken for the same: freescout#5638."""
    mail = MAIL.replace(b"Message-ID: <a@b.example>\r\n", missing)
    assert fingerprint(TRACE + mail) != fingerprint(mail)
    assert fingerprint(mail) == fingerprint(mail.replace(b"\r\n", b"\n"))


@pytest.mark.parametrize("blob", [b"", b'{"text": "hello"}', b"From: Jo\n\nNo Message-ID.", b"\n\n: and\n\nno head"])
def test_what_is_no_mail_is_hashed_whole(blob: bytes) -> None:
    assert fingerprint(blob) == sha256(blob).hexdigest()


def test_a_fingerprint_is_what_it_always_was() -> None:
    """It is stored: what came before an update and comes again after it must still be known."""
    assert fingerprint(MAIL) == "c84085e8c341269fc0e2f02b6a93f463b2fc54008f00f6abbc03c1e03e906096"


def test_recipients_in_another_order_make_another_mail() -> None:
    one, two = b"To: ann@b.example\r\n", b"To: bea@b.example\r\n"
    assert fingerprint(one + two + MAIL) != fingerprint(two + one + MAIL)


def test_a_field_cannot_pose_as_the_body() -> None:
    head, _, body = MAIL.partition(b"\r\n\r\n")
    assert fingerprint(head + b"\r\n\r\n") != fingerprint(head.replace(b"My lamp", b"My lamp " + body) + b"\r\n\r\n")


@given(st.binary())
def test_anything_at_all_has_a_fingerprint(blob: bytes) -> None:
    assert len(fingerprint(blob)) == 64
    assert fingerprint(blob) == fingerprint(blob)


@given(
    st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b" ", b"Message-ID: x", b"To: y"])).map(b"".join),
    st.integers(1, 9),
)
def test_where_a_large_mail_is_cut_to_be_read_does_not_matter(blob: bytes, size: int) -> None:
    whole = fingerprint(blob)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intake.fingerprint._PIECE", size)
        assert fingerprint(blob) == whole
    normal = re.sub(rb"\r\n|\r", b"\n", blob).rstrip(b"\n")
    assert fingerprint(normal) == whole


@pytest.mark.parametrize("size", [1, 2, 3, len(MAIL)])
def test_a_line_ending_is_never_cut_in_two(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fingerprint(MAIL)
    monkeypatch.setattr("intake.fingerprint._PIECE", size)
    assert fingerprint(MAIL) == fingerprint(MAIL.replace(b"\r\n", b"\n")) == whole


def test_endless_folding_and_endless_headers_are_read_in_linear_time() -> None:
    assert fingerprint(b"Message-ID: a\n" + b"To: b\n \t c\n" * 300_000 + b"\n")
    assert fingerprint(b"Message-ID: a\n" + b" " * 3_000_000 + b"\n" * 3_000_000)


@pytest.mark.parametrize("blob", [b"a\n" * 4_000_000, MAIL + b"words\n" * 1_000_000 + b"\n" * 2_000_000])
def test_a_large_mail_is_not_held_twice(blob: bytes) -> None:
    """One of 50 MB that was all header, in lines of a character, took more than a gigabyte."""
    tracemalloc.start()
    fingerprint(blob)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < len(blob) / 4
