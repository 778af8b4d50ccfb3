"""Header values as a person reads them."""

from __future__ import annotations

import pytest

from intake.mime import encoded_words, references
from intake.mime.addresses import parse as addresses
from tests.intake.mime.letters import mail, read

ENCODED = {
    "plain text is left alone": ("Broken plates", "Broken plates"),
    "q encoding": ("=?utf-8?q?caf=C3=A9_noir?=", "café noir"),
    "b encoding": ("=?UTF-8?B?Y2Fmw6k=?=", "café"),
    "space between two words is not text": ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
    "space before other text is": ("=?utf-8?q?a?= b", "a b"),
    "a character split over two words": ("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "café"),
    "a base64 quantum split over two words": ("=?utf-8?B?Y2Fmw?= =?utf-8?B?6k=?=", "café"),
    "glued to text on both sides": ("Re:=?utf-8?q?=C3=A9t=C3=A9?=!", "Re:été!"),
    "spaces inside a word": ("=?utf-8?q?two words?=", "two words"),
    "a question mark inside": ("=?utf-8?Q?why??=", "why?"),
    "a language suffix": ("=?utf-8*en?q?hello?=", "hello"),
    "a missing end": ("=?utf-8?q?hello", "hello"),
    "two charsets": ("=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=", "éé"),
    "latin-1 that means windows-1252": ("=?iso-8859-1?q?=93hi=94?=", "“hi”"),
    "gb2312 that means gb18030": ("=?gb2312?B?1Mo=?=", "允"),
    "nothing that looks like it": ("a =? b ?= c", "a =? b ?= c"),
}


@pytest.mark.parametrize(("written", "meant"), ENCODED.values(), ids=ENCODED)
def test_encoded_words_are_read_as_programs_write_them(written: str, meant: str) -> None:
    assert encoded_words.decode(written)[0] == meant


@pytest.mark.parametrize(
    ("value", "charset", "meant"),
    [
        ("Grüße".encode(), "us-ascii", "Grüße"),
        ("Grüße".encode("latin-1"), "iso-8859-1", "Grüße"),
        ("Жалоба на доставку".encode("koi8-r"), "koi8-r", "Жалоба на доставку"),
    ],
)
def test_bytes_without_an_encoded_word_are_read_by_the_charset_of_the_body(
    value: bytes, charset: str, meant: str
) -> None:
    message = read(b"Subject: " + value + b"\r\nContent-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\nx")
    assert message.subject == meant
    assert "header-8bit" in message.defects


@pytest.mark.parametrize("control", ["=0D=0A", "=0A", "=00", "=C2=85", "=E2=80=A8", "=E2=80=A9"])
def test_cve_2024_6923_an_encoded_line_break_makes_no_second_line(control: str) -> None:
    message = read(mail("x", f"X-Name: =?utf-8?q?a{control}Bcc:_v@evil.example?="))
    assert message.header("x-name") == "a Bcc: v@evil.example"
    assert not message.header("bcc")
    assert "header-control" in message.defects


def test_address_fields_keep_their_encoded_words_so_that_no_comma_is_made_out_of_a_name() -> None:
    message = read(mail("x", "Cc: =?utf-8?q?Doe=2C_John?= <j@home.example>"))
    assert message.header("cc") == "=?utf-8?q?Doe=2C_John?= <j@home.example>"
    assert [(one.name, one.email) for one in message.cc] == [("Doe, John", "j@home.example")]


def test_header_fields_come_in_order_unfolded_and_in_lower_case() -> None:
    message = read(b"X-One: a\r\n b\r\nX-TWO: c\r\nX-One: d\r\n\r\n")
    assert message.headers == (("x-one", "a b"), ("x-two", "c"), ("x-one", "d"))


ADDRESSES = {
    "bare": ("a@b.example", [("", "a@b.example")]),
    "with a name": ("Ann Reed <a@b.example>", [("Ann Reed", "a@b.example")]),
    "quoted name with a comma": (
        '"Reed, Ann" <a@b.example>, c@d.example',
        [("Reed, Ann", "a@b.example"), ("", "c@d.example")],
    ),
    "escaped quotes": (r'"Ann \"A\" Reed" <a@b.example>', [('Ann "A" Reed', "a@b.example")]),
    "encoded name inside quotes": ('"=?utf-8?q?Andr=C3=A9?=" <a@b.example>', [("André", "a@b.example")]),
    "name in a comment": ("a@b.example (Ann Reed)", [("Ann Reed", "a@b.example")]),
    "group": (
        "team: a@b.example, c@d.example;, e@f.example",
        [("", "a@b.example"), ("", "c@d.example"), ("", "e@f.example")],
    ),
    "empty group": ("undisclosed-recipients:;", []),
    "source route": ("<@x.example,@y.example:a@b.example>", [("", "a@b.example")]),
    "semicolons, as Outlook writes": ("a@b.example; c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
    "no address at all": ("Ann Reed", [("", "Ann Reed")]),
    "unquoted at sign in the name": ("ann@b.example <a@b.example>", [("ann@b.example", "a@b.example")]),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("written", "people"), ADDRESSES.values(), ids=ADDRESSES)
def test_address_fields_are_shown_as_well_as_can_be(written: str, people: list[tuple[str, str]]) -> None:
    assert [(one.name, one.email) for one in addresses(written)[0]] == people


def test_more_addresses_than_the_limit_are_left_out_and_said_so() -> None:
    found, defects = addresses("a@b.example, " * 600)
    assert len(found) == 500
    assert "limit-addresses" in defects


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("<a@b> <c@d>", ("a@b", "c@d")),
        ("<a@b><c@d>", ("a@b", "c@d")),
        ("<a@b>, <a@b>", ("a@b",)),
        ("<long-one\r\n @b>", ("long-one@b",)),
        ("a@b", ("a@b",)),
        ("Your message of Monday <a@b>", ("a@b",)),
        ("", ()),
        ("<>", ()),
    ],
)
def test_message_ids_are_bare_in_order_and_once_each(written: str, ids: tuple[str, ...]) -> None:
    assert references.ids(written) == ids


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("Tue, 13 Jan 2026 10:04:00 +0100", "2026-01-13T10:04:00+01:00"),
        ("13 Jan 2026 10:04 GMT", "2026-01-13T10:04:00+00:00"),
        ("Tue, 13 Jan 2026 10:04:00 -0000 (UTC)", "2026-01-13T10:04:00+00:00"),
        ("Tue, 13 Jan 99999999999 10:04:00 +0000", None),
        ("yesterday", None),
    ],
)
def test_a_date_is_an_instant_or_a_defect(written: str, instant: str | None) -> None:
    message = read(mail("x", f"Date: {written}"))
    assert (message.sent_at.isoformat() if message.sent_at else None) == instant
    assert ("date-broken" in message.defects) == (instant is None)


@pytest.mark.parametrize(
    ("blob", "subject", "text"),
    [
        (b"From: a@b.example\nno field\nSubject: x\nContent-Type: text/html\n\n<p>words</p>", "x", "words"),
        (b"From: a@b.example\nSubject: x\nDear all,\nnote: this\n\nand that", "x", "Dear all,\nnote: this\n\nand that"),
        (b"only words\nand: more", "", "only words\nand: more"),
    ],
    ids=["damage between fields", "the empty line is missing", "no header at all"],
)
def test_a_line_that_is_no_field_hides_neither_fields_nor_words(blob: bytes, subject: str, text: str) -> None:
    message = read(blob)
    assert (message.subject, message.text.strip()) == (subject, text)
    assert "header-broken" in message.defects
