"""Bytes to text."""

from __future__ import annotations

import pytest

from intake.mime.charset import codec_of, decode, readable

LABELS = {
    "iso-8859-1": "cp1252",
    "US-ASCII": "cp1252",
    '"utf8"': "utf-8",
    "utf-8;": "utf-8",
    "windows-1251": "cp1251",
    "cp-850": "cp850",
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "koi8-r": "koi8-r",
    "x-mac-cyrillic": "mac-cyrillic",
}


@pytest.mark.parametrize(("label", "codec"), LABELS.items())
def test_a_label_means_what_mail_programs_mean_by_it(label: str, codec: str) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    "label",
    [
        "",
        "x-unknown",
        "undefined",
        "unicode_escape",
        "punycode",
        "idna",
        "zlib",
        "rot13",
        "hex",
        "utf-32",
        "mbcs",
        "é",
        "a" * 99,
    ],
)
def test_cve_2014_9472_no_label_reaches_a_codec_that_is_not_for_mail(label: str) -> None:
    assert codec_of(label) is None


@pytest.mark.parametrize(
    ("text", "written_in", "label", "defect"),
    [
        ("Grüße aus Köln", "utf-8", "utf-8", None),
        ("“Quoted” – 49 €", "cp1252", "iso-8859-1", None),
        ("すみません。", "iso2022_jp", "iso-2022-jp", None),
        ("스티해", "cp949", "ks_c_5601-1987", None),
        ("Grüße aus Köln", "utf-8", "iso-8859-1", "charset-wrong"),
        ("ケトルからお湯が漏れています。", "cp932", "iso-8859-1", "charset-wrong"),
        ("Grüße aus Köln", "utf-8", "us-ascii", "charset-wrong"),
        ("Grüße aus Köln", "utf-8", "", "charset-missing"),
        ("Grüße aus Köln", "cp1252", "", "charset-missing"),
        ("Grüße aus Köln", "utf-8", "no-such-thing", "charset-unknown"),
        ("Здравствуйте, заказ не пришёл вовремя", "cp1251", "", "charset-missing"),
        ("Здравствуйте, заказ не пришёл вовремя", "koi8-r", "utf-8", "charset-wrong"),
        ("水が漏れています", "iso2022_jp", "", "charset-missing"),
        ("水が漏れています", "iso2022_jp", "us-ascii", "charset-wrong"),
        ("水が漏れています", "iso2022_jp", "utf-8", "charset-wrong"),
        ("Здравствуйте, заказ не пришёл вовремя", "cp1251", "us-ascii", "charset-wrong"),
        ("Schöne Grüße aus Köln, für Sie geändert", "cp1252", "us-ascii", "charset-wrong"),
        ("Grüße", "cp1252", "us-ascii", None),
        ("물이 샙니다", "iso2022_kr", "x-unknown", "charset-missing"),
        ("Hello", "utf-8-sig", "iso-8859-1", None),
        ("Hello, Grüße", "utf-16", "", None),
    ],
)
def test_text_is_read_by_its_label_and_by_detection_only_where_that_fails(
    text: str, written_in: str, label: str, defect: str | None
) -> None:
    found, defects = decode(text.encode(written_in), label)
    assert found == text
    assert (defect in defects) if defect else not defects


def test_a_few_damaged_bytes_do_not_make_the_label_wrong() -> None:
    text, defects = decode("Grüße aus Köln und Düsseldorf, schöne Tage".encode() + b"\xff", "utf-8")
    assert text == "Grüße aus Köln und Düsseldorf, schöne Tage\ufffd"
    assert defects == ("charset-lossy",)


def test_line_ends_are_made_one_kind_and_control_characters_removed() -> None:
    assert readable("a\r\nb\rc\x00\x07\x8dd\te") == "a\nb\ncd\te"


def test_windows_1252_that_somebody_took_for_latin_1_is_shown_as_it_was_meant() -> None:
    assert readable("5 \x80, \x84so\x93 \x96 it\x92s") == "5 €, „so“ – it’s"


def test_a_damaged_byte_in_a_text_of_one_byte_a_character_changes_nothing_else() -> None:
    assert decode(b"Gr\xfc\xdfe aus \x81 K\xf6ln", "iso-8859-1") == ("Grüße aus \ufffd Köln", ("charset-lossy",))
