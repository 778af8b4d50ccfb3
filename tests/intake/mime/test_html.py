"""HTML to text, and HTML that is safe to show."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from intake.message import Attachment, Message
from intake.mime import html
from intake.mime.defects import Defect
from tests.intake.mime.letters import mail, parts, read
from tests.security.payloads import PAYLOADS


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """A sanitiser that one test had made would hide from the next that they are made wrong."""
    html._ready.cache_clear()


def page(body: str) -> bytes:
    return mail(body, "Content-Type: text/html; charset=utf-8")


def test_lists_tables_and_paragraphs_stay_apart_in_the_text() -> None:
    text = html.text_of(
        "<p>One</p><ul><li>first</li><li>second</li></ul><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"
    )
    lines = [line.split() for line in text.splitlines() if line.strip()]
    assert lines == [["One"], ["•", "first"], ["•", "second"], ["a", "b"], ["c"]]


def test_words_300_deep_are_not_lost() -> None:
    assert read(page("<div>" * 300 + "deep words" + "</div>" * 300)).text.strip() == "deep words"


@pytest.mark.parametrize("unseen", ["<style>p{color:red}</style>", "<script>alert(1)</script>", "<!-- note -->"])
def test_what_a_reader_does_not_see_is_no_text(unseen: str) -> None:
    assert read(page(f"<html><head>{unseen}</head><body>{unseen}words</body></html>")).text.strip() == "words"


@pytest.mark.parametrize(
    "unseen",
    [
        '<p style="display:none">unseen</p>',
        '<p STYLE="color:red; DISPLAY: NONE">unseen</p>',
        "<div hidden><p>unseen</p></div>",
        '<div HIDDEN=""><p hidden>unseen</p></div>',
        "<p hidden>unseen</p>" * html.MAX_HIDDEN,
        '<img alt="unseen">',
    ],
)
def test_what_a_page_hides_is_no_text(unseen: str) -> None:
    assert html.text_of(f"{unseen}words").strip() == "words"


@pytest.mark.parametrize("hidden", ["<html hidden>", '<html style="display:none">', "<body hidden>"])
def test_a_page_that_hides_itself_as_a_whole_is_read_all_the_same(hidden: str) -> None:
    """Its mail was filed as unreadable, without a sender or a subject."""
    message = read(page(f"{hidden}<p>words</p>"))
    assert message.text.strip() == "words"
    assert Defect.UNREADABLE not in message.defects
    assert message.subject == "Plates"


def test_in_a_page_too_deep_to_look_for_hidden_words_all_are_read() -> None:
    assert "hidden words" in html.text_of("<div>" * (html.MAX_DEEP + 1) + "<p hidden>hidden words</p>")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)">x</a>',
        '<p onclick="alert(1)">x</p>',
        '<iframe src="https://evil.example"></iframe>',
        '<img src="https://evil.example/pixel.gif">',
        '<img src="//evil.example/pixel.gif">',
        '<img src="data:image/svg+xml,evil.example">',
        '<img srcset="https://evil.example/a 2x">',
        '<p style="background:url(https://evil.example/a)">x</p>',
        '<table background="https://evil.example/a"><tr><td>x</td></tr></table>',
        '<link rel="stylesheet" href="https://evil.example/a.css">',
        "<style>@import 'https://evil.example/a.css'</style>",
        '<video poster="https://evil.example/a"></video>',
        '<form action="https://evil.example"><input></form>',
        '<meta http-equiv="refresh" content="0;url=https://evil.example">',
        '<base href="https://evil.example/">',
        '<svg><image href="https://evil.example/a"/></svg>',
        "<xmp><script>alert(1)</script></xmp>",
        '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
    ],
)
def test_safe_html_runs_nothing_and_fetches_nothing(hostile: str) -> None:
    shown = html.safe(read(page(f"<p>words</p>{hostile}"))) or ""
    assert "words" in shown
    assert "evil.example" not in shown
    assert not any(mark in shown.lower() for mark in ("<script", "javascript:", "onclick=", "onerror="))


def test_only_images_that_came_with_the_message_are_shown() -> None:
    body = 'Content-Type: text/html\n\n<img src="cid:here@x"><img src="cid:elsewhere@x">'
    message = read(parts("related", body, "Content-Type: image/png\nContent-ID: <here@x>\n\nx"))
    assert 'src="cid:here@x"' in (html.safe(message) or "")
    assert "elsewhere" not in (html.safe(message) or "")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('<a href="https://x.example/">x</a>', {"href": "https://x.example/", "rel": "noopener noreferrer nofollow"}),
        ('<a href="mailto:x@x.example">x</a>', {"href": "mailto:x@x.example", "rel": "noopener noreferrer nofollow"}),
        ('<a href="ftp://x.example/">x</a>', {"rel": "noopener noreferrer nofollow"}),
        ('<a target="_blank" ping="https://x.example">x</a>', {"rel": "noopener noreferrer nofollow"}),
        ('<a href="http://x.example/">x</a>', {"href": "http://x.example/", "rel": "noopener noreferrer nofollow"}),
        (
            '<a href="tel:+44 20 7946 0123">x</a>',
            {"href": "tel:+44 20 7946 0123", "rel": "noopener noreferrer nofollow"},
        ),
        ('<a name="below">x</a>', {"name": "below", "rel": "noopener noreferrer nofollow"}),
        ('<blockquote type="cite" cite="https://x.example">x</blockquote>', {"type": "cite"}),
        ('<ol start="3" type="a"></ol>', {"start": "3"}),
        ('<img height="9" alt="" src="data:image/png;base64,x">', {"height": "9", "alt": ""}),
        ('<font color="red" face="x">x</font>', {}),
        ('<img src="cid:none" alt="a lamp" width="9">', {"alt": "a lamp", "width": "9"}),
        ('<p dir="rtl" lang="ar" title="x" class="y" id="z">x</p>', {"dir": "rtl", "lang": "ar", "title": "x"}),
    ],
)
def test_elements_keep_what_they_say_and_lose_what_they_do(written: str, shown: dict[str, str]) -> None:
    [(tag, attributes)] = elements(html.safe(Message(page=written)) or "")
    assert tag == re.findall("[a-z]+", written)[0]
    assert attributes == shown


@pytest.mark.parametrize("cell", ["td", "th"])
def test_cells_of_a_table_keep_their_places(cell: str) -> None:
    written = f'<table><tbody><tr><{cell} colspan="2" rowspan="3" align="left">x</{cell}></tr></tbody></table>'
    assert html.safe(Message(page=written)) == written


def test_where_there_is_no_page_none_is_shown() -> None:
    assert html.safe(Message()) is None
    assert html.safe(Message(page="")) == ""


_PIECES = [
    *PAYLOADS,
    *("<table>", "</table>", "<p>", "</p>", "<svg>", "<math>", "<style>", "</style>", "<title>", "<noscript>", "<!--", "-->"),
    *("words", "<", ">", '"', "'", "&lt;", "\x00", "<a href=", "<img src=", '<img src="cid:here">', "<plaintext>", "<template>"),
]  # fmt: skip
RUNS_OR_FETCHES = set("script style svg math iframe object embed form input video link meta base".split())  # noqa: SIM905
_SHOWN = Attachment(name="x.png", type="image/png", size=1, content_id="here")


@pytest.mark.parametrize("attack", PAYLOADS)
def test_in_what_is_safe_another_parser_finds_nothing_that_runs_or_is_fetched(attack: str) -> None:
    assert_harmless(html.safe(Message(page=attack, attachments=(_SHOWN,))) or "")


@given(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join))
def test_nor_does_it_however_attacks_are_put_together(attack: str) -> None:
    """Mutation XSS lives on what two parsers read apart: CVE-2020-26870 (DOMPurify), CVE-2020-6816 (Bleach)."""
    assert_harmless(html.safe(Message(page=attack, attachments=(_SHOWN,))) or "")


def assert_harmless(shown: str) -> None:
    for tag, attributes in elements(shown):
        assert tag not in RUNS_OR_FETCHES
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcset", "srcdoc"}]
        assert re.match(r"(?:https?|mailto|tel|cid):|(?![a-z+.-]+:)", (attributes.get("href") or "").strip().lower())
        assert attributes.get("src") in (None, "cid:here")


@given(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join))
def test_the_elements_of_what_is_safe_stay_when_it_is_made_safe_again(attack: str) -> None:
    """A byte order mark at the beginning goes the second time, which is no harm."""
    once = html.safe(Message(page=attack, attachments=(_SHOWN,))) or ""
    again = html.safe(Message(page=once, attachments=(_SHOWN,))) or ""
    assert list(elements(again)) == list(elements(once))


def elements(shown: str) -> Iterator[tuple[str, dict[str, str | None]]]:
    """What a browser would make of it, read by another parser than the sanitiser's."""
    body = LexborHTMLParser(f"<body>{shown}").body
    for node in body.traverse() if body else ():
        if node.tag != "body":
            yield node.tag, dict(node.attributes)


@pytest.mark.parametrize(
    ("written", "deep"),
    [
        ("<div>" * html.MAX_DEEP + "<br>", False),
        ("<div>" * (html.MAX_DEEP + 1), True),
        ("<div>" * (html.MAX_DEEP + 1) + "</div>", True),
        ("<div></div>" * html.MAX_DEEP, False),
        ("<div>" * 1_500 + "</div>" * 1_000 + "<div>" * 1_500, False),
        ("<div>" * 1_500 + "</div>" * 1_000 + "<div>" * 1_501, True),
        ("<p>" * 3_000 + "<BR>" * 3_000 + "<li>" * 3_000, False),
        ("a < b " * 3_000, False),
    ],
)
def test_a_page_is_too_deep_where_more_elements_are_open_than_can_be_afforded(written: str, deep: bool) -> None:
    assert html.too_deep(written) is deep
    assert html.bounded(written) == ((None, (Defect.LIMIT_HTML,)) if deep else (written, ()))


def test_html_too_deep_to_be_made_safe_is_not_shown_but_its_words_are() -> None:
    message = read(page("<div>" * 30_000 + "deep words"))
    assert message.page is None
    assert "deep words" in message.text
    assert "limit-html" in message.defects


def test_html_beyond_the_limit_is_cut_and_said_so() -> None:
    message = read(page("<p>word</p>" * 100_000))
    assert "limit-html" in message.defects
    assert len(html.safe(message) or "") < html.MAX_HTML + 100


def test_a_page_of_just_the_limit_is_whole() -> None:
    whole = "x" * html.MAX_HTML
    assert html.bounded(whole) == (whole, ())
    assert html.bounded(whole + "y") == (whole, (Defect.LIMIT_HTML,))


def test_plain_text_is_shown_as_it_was_written() -> None:
    assert html.of_text("a < b &\n c") == "<pre>a &lt; b &amp;\n c</pre>"


@pytest.mark.parametrize(
    ("head", "charset"),
    [
        (b'<meta charset="koi8-r">', "koi8-r"),
        (b"<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=Windows-1251'>", "Windows-1251"),
        (b"<html><head><title>Plates</title></head>", ""),
        (b"<p>charset=koi8-r</p>", ""),
        (b" " * 2_000 + b'<meta charset="koi8-r">', "koi8-r"),
        (b" " * 2_048 + b'<meta charset="koi8-r">', ""),
    ],
)
def test_a_charset_is_looked_for_where_browsers_look(head: bytes, charset: str) -> None:
    assert html.declared_charset(head) == charset


def test_the_charset_of_a_page_may_stand_in_the_page() -> None:
    blob = mail('<meta charset="koi8-r"><p>Жалоба</p>'.encode("koi8-r"), "Content-Type: text/html")
    assert read(blob).text.strip() == "Жалоба"
