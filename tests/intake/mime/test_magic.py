"""What a file's first bytes show, and what its sender may call it."""

from __future__ import annotations

import pytest

from intake.mime import magic

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("declared", "content"),
    [
        ("image/jpeg", b"\xff\xd8\xff\xe0"),
        ("image/jpg", b"\xff\xd8\xff\xe0"),  # no such type, and often said
        ("image/heic", b"\x00\x00\x00\x18ftypheic"),
        ("application/pdf", b"%PDF-1.7"),
        (WORD, b"PK\x03\x04"),
        ("application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("application/msword", b"{\\rtf1"),
        ("text/csv", b"a;b\n"),
        ("text/html", b"<!DOCTYPE html>"),
        ("video/quicktime", b"\x00\x00\x00\x14ftypqt  "),
        ("application/octet-stream", b"MZ\x90\x00"),
        ("text/plain", b""),
    ],
)
def test_what_a_file_may_be_it_is_called(declared: str, content: bytes) -> None:
    assert magic.safe(declared, content) == declared


@pytest.mark.parametrize(
    ("declared", "content"),
    [
        ("image/png", b"MZ\x90\x00"),
        ("application/msword", b"MZ\x90\x00"),
        ("text/plain", b"\x7fELF\x02"),
        ("application/pdf", b"L\x00\x00\x00\x01\x14\x02\x00"),
        ("image/gif", b"<html><script>"),
        ("image/svg+xml", b"\xef\xbb\xbf\n <svg onload=alert(1)>"),
        ("audio/mpeg", b"<!doctype HTML>"),
        ("application/pdf", b"PK\x03\x04"),
        ("image/jpeg", b"GIF89a"),
        ("image/jpeg", b""),
    ],
)
def test_what_a_file_cannot_be_it_is_not_called(declared: str, content: bytes) -> None:
    """RT CVE-2022-25802: the type that a sender chose decided what opened the file."""
    assert magic.safe(declared, content) == "application/octet-stream"
