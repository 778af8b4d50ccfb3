"""What clients mark in their HTML. The labels inside are in no known language, so only the markup can tell."""

from __future__ import annotations

import pytest

from intake.words import split

OLD = "<div>Vabbel dubbel.</div><div>Old words.</div>"
PAGES = {
    "Gmail": "<div>New words.</div><br><div class='gmail_quote'><div class='gmail_attr'>Zz<br></div>"
    "<blockquote class='gmail_quote'>OLD</blockquote></div>",
    "Gmail, answer below": "<div class='gmail_quote'>Zz<br><blockquote class='gmail_quote'>OLD</blockquote>"
    "<div>New words.</div></div>",
    "Outlook on the web": "<div>New words.</div><div id='appendonsend'></div><hr><div id='divRplyFwdMsg'><b>Zz</b></div>OLD",
    "Outlook for desktops": "<p>New words.</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt'>"
    "<p><b>Zz</b></p></div></div>OLD",
    "Outlook on a phone": "<div>New words.</div><div id='mail-editor-reference-message-container'>Zz<br>OLD</div>",
    "Apple Mail": "New words.<br><blockquote type='cite'><div>Zz</div>OLD</blockquote>",
    "Thunderbird": "<p>New words.</p><div class='moz-cite-prefix'>Zz<br></div>"
    "<blockquote type='cite' cite='mid:x@y'>OLD</blockquote>",
    "Yahoo": "<div>New words.</div><div id='yahoo_quoted_1' class='yahoo_quoted'><div>Zz</div>OLD</div>",
    "Proton": "<div>New words.</div><div class='protonmail_quote'>Zz<blockquote>OLD</blockquote></div>",
    "Zoho": "<div>New words.</div><div class='zmail_extra'><div>Zz</div><blockquote>OLD</blockquote></div>",
    "Zimbra": "New words.<br><hr id='zwchr' data-marker='__DIVIDER__'><div>Zz</div><div>OLD</div>",
    "Outlook for Mac": "<div>New words.</div><span id='OLK_SRC_BODY_SECTION'><div>Zz</div>OLD</span>",
    "Roundcube": "<p>New words.</p><p id='reply-intro'>Zz</p><blockquote type='cite'>OLD</blockquote>",
    "Yahoo, renamed": "<div>New words.</div><div id='ydp1yahoo_quoted_2' class='ydp1yahoo_quoted'><div>Zz</div>OLD</div>",
    "GMX, anew": "<div>New words.</div><div class='mail'><div name='quoted-content'><div>Zz</div>OLD</div></div>",
    "Spark": "<div name='messageBodySection'>New words.</div><div name='messageReplySection'>Zz<br>OLD</div>",
    "NetEase": "<div>New words.</div><div id='ntes-pcmail-quote'><div>Zz</div><blockquote>OLD</blockquote></div>",
    "Foxmail": "<div>New words.</div><div><hr class='FoxReply'></div><blockquote>Zz<br>OLD</blockquote>",
    "Mail.ru": "<div>New words.</div><blockquote style='border-left:1px solid #0857A6;margin:10px'>Zz<br>OLD</blockquote>",
    "AquaMail": "<div>New words.</div><div id='aqm-original'>Zz<div>OLD</div></div>",
    "Notes": "<div>New words.</div><div class='iNotesHistory'>Zz<br>OLD</div>",
    "GMX": "<div>New words.</div><div name='quote'><div>Zz</div><div>OLD</div></div>",
}
PLAIN = {
    "below": "New words.\n\nZz\nVabbel dubbel.\nOld words.\n",
    "above": "Zz\nVabbel dubbel.\nOld words.\n\nNew words.\n",
}


@pytest.mark.parametrize("client", PAGES)
def test_what_a_client_marks_as_older_is_quoted(client: str) -> None:
    text = PLAIN["above" if "answer below" in client else "below"]
    words = split(text, PAGES[client].replace("OLD", OLD))
    assert words.reply == "New words."
    assert "Old words." in words.quoted


def test_answers_between_the_quotations_are_kept() -> None:
    asked = "<blockquote type=cite>{}</blockquote><p>{}</p>"
    page = asked.format("Is it broken?", "Yes it is.") + asked.format("Since when?", "Monday.")
    words = split("Is it broken?\nYes it is.\nSince when?\nMonday.\n", page)
    assert words.reply == "Yes it is.\nMonday."
    assert words.quoted == "Is it broken?\nSince when?"


def test_a_quotation_that_begins_like_the_answer_is_found_in_its_place() -> None:
    page = (
        "<p>Hello, thank you.</p><p>It leaks.</p><blockquote type=cite>Hello, thank you.<br>We are sorry.</blockquote>"
    )
    words = split("Hello, thank you.\n\nIt leaks.\n\nHello, thank you.\nWe are sorry.\n", page)
    assert words.reply == "Hello, thank you.\n\nIt leaks."


def test_the_plain_text_may_differ_in_links_and_bullets() -> None:
    page = "<p>New words.</p><blockquote type=cite><ul><li><a href='https://example.org/a'>Old</a></li><li>words</li></ul></blockquote>"
    words = split("New words.\n\n  * Old <https://example.org/a>\n  * words\n", page)
    assert words.reply == "New words."


def test_what_the_indent_button_of_gmail_writes_is_new() -> None:
    indented = "<blockquote class='gmail_quote' style='margin:0 0 0 40px'>Five years.</blockquote>"
    page = f"<div>It says:</div>{indented}<div>So repair it.</div>"
    assert split("It says:\nFive years.\nSo repair it.", page).reply == "It says:\nFive years.\nSo repair it."


def test_a_blockquote_that_no_client_marked_is_the_senders_own_citation() -> None:
    page = "<p>The manual says:</p><blockquote>Five years of guarantee.</blockquote><p>So repair it.</p>"
    text = "The manual says:\nFive years of guarantee.\nSo repair it."
    assert split(text, page).reply == text


@pytest.mark.parametrize(
    "element",
    [
        "div class='gmail_signature'",
        "div class='moz-signature'",
        "div id='Signature'",
        "div class='protonmail_signature_block'",
    ],
)
def test_what_a_client_marks_as_signature_is_apart(element: str) -> None:
    words = split("It leaks.\n\nAnn Lee\nLeaks Ltd.\n", f"<p>It leaks.</p><{element}>Ann Lee<br>Leaks Ltd.</div>")
    assert words.reply == "It leaks."
    assert words.signature == "Ann Lee\nLeaks Ltd."


def test_markup_that_the_text_does_not_hold_changes_nothing() -> None:
    assert (
        split("It leaks.", "<p>x</p><blockquote type=cite>Another letter altogether.</blockquote>").reply == "It leaks."
    )


@pytest.mark.parametrize(
    "tag", ["<blockquote type=cite>", "<div class=gmail_quote>", "<blockquote class=gmail_quote><div>"]
)
def test_quotations_nested_without_end_are_read_in_bounded_time(tag: str) -> None:
    """A selector that looks at all ancestors would make this quadratic: the suite's time limit is the assertion."""
    words = split("It leaks.", "It leaks." + tag * 10_000)
    assert words.reply == "It leaks."
