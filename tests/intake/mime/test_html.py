"""HTML to text, and HTML that is safe to show."""

from __future__ import annotations

import pytest

from intake.mime import html
from tests.intake.mime.letters import mail, parts, read


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


def test_html_too_deep_to_be_made_safe_is_not_shown_but_its_words_are() -> None:
    message = read(page("<div>" * 30_000 + "deep words"))
    assert message.page is None
    assert "deep words" in message.text
    assert "limit-html" in message.defects


def test_html_beyond_the_limit_is_cut_and_said_so() -> None:
    message = read(page("<p>word</p>" * 100_000))
    assert "limit-html" in message.defects
    assert len(html.safe(message) or "") < html.MAX_HTML + 100


def test_the_charset_of_a_page_may_stand_in_the_page() -> None:
    blob = mail('<meta charset="koi8-r"><p>Жалоба</p>'.encode("koi8-r"), "Content-Type: text/html")
    assert read(blob).text.strip() == "Жалоба"
