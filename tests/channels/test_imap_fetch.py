"""Whatever shape the answer to FETCH has, it is read as imapclient reads it."""

from __future__ import annotations

from typing import Any

import pytest
from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_fetch_response

from channels._imap_fetch import messages

DATE = b'INTERNALDATE "06-Jan-2026 09:12:00 +0100"'
USUAL = [(b"1 (UID 5 " + DATE + b" BODY[] {5}", b"hello"), b")"]
SHAPES: dict[str, list[Any]] = {
    "usual": USUAL,
    "two": [*USUAL, (b"2 (UID 6 " + DATE + b" BODY[] {2}", b"ho"), b")"],
    "the head only": [(b"1 (UID 5 " + DATE + b" BODY[HEADER] {5}", b"hello"), b")"],
    "another order": [(b"1 (BODY[] {5}", b"hello"), b" UID 5 " + DATE + b")"],
    "with flags": [(b"1 (UID 5 FLAGS (\\Seen) " + DATE + b" BODY[] {5}", b"hello"), b")"],
    "flags that somebody changed meanwhile": [b"3 (FLAGS (\\Seen) UID 9)", *USUAL],
    "flags of one that was read": [*USUAL, b"1 (UID 5 FLAGS (\\Seen))"],
    "a quoted body": [b"1 (UID 5 " + DATE + b' BODY[] "hello")'],
    "a body with quotes": [b"1 (UID 5 " + DATE + b' BODY[] "a \\"b\\" c:\\\\d")'],
    "no body": [b"1 (UID 5 " + DATE + b" BODY[] NIL)"],
    "a date with a space": [(b'1 (UID 5 INTERNALDATE " 6-Jan-2026 09:12:00 +0100" BODY[] {5}', b"hello"), b")"],
    "nothing": [None],
}


@pytest.mark.parametrize("data", SHAPES.values(), ids=SHAPES)
def test_an_answer_is_read_as_imapclient_reads_it(data: list[Any]) -> None:
    expected = parse_fetch_response(data, False, True)
    found = messages(data)
    assert {uid: {key: value for key, value in item.items() if key != b"SEQ"} for uid, item in found.items()} == {
        uid: {key: value for key, value in item.items() if key != b"SEQ"} for uid, item in expected.items()
    }


def test_an_answer_cut_short_is_refused() -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever imapclient raises
        messages([(b"1 (UID 5 " + DATE + b" BODY[] {5}", b"hello")])


@pytest.mark.parametrize("head", [b" BODY[] }{5}", b" BODY[] x{5}"], ids=bytes.decode)
def test_what_is_neither_a_literal_nor_in_quotes_is_never_kept_as_a_mail(head: bytes) -> None:
    with pytest.raises(ProtocolError):
        messages([(b"1 (UID 5 " + DATE + head, b"hello"), b")"])
