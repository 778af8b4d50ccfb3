"""What the sender newly wrote, their signature, and what they quoted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.mime.html import text_of
from intake.words import REPLY_MARKERS, split, told

PIECES = st.sampled_from(
    [
        *(
            "Hello\n",
            "It is broken.\n",
            "\n",
            "> quoted\n",
            ">> deeper\n",
            "-- \n",
            "Regards,\n",
            "Ann\n",
            "Sent from my iPhone\n",
        ),
        *(
            "On Mon, Nov 3, 2025 at 10:12 AM Ann <a@example.org> wrote:\n",
            "-----Original Message-----\n",
            "From: Ann <a@example.org>\n",
        ),
        *(
            "Subject: Kettle\n",
            "Sent: Monday\n",
            "________________\n",
            "a\u2028b\r\n",
            "---------- Forwarded message ---------\n",
            "x wrote:\r",
        ),
        *("<blockquote type=cite>", "</blockquote>", "<div class='gmail_quote'>", "</div>", "\ufdd0", "\ud800", "\x00"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=40), max_size=30).map("".join)


def _words(*texts: str) -> list[str]:
    return sorted(word for text in texts for word in text.split())


@given(text=TEXTS, html=st.none() | TEXTS)
def test_no_word_of_a_text_is_lost_or_told_twice(text: str, html: str | None) -> None:
    words = split(text, html)
    assert _words(words.reply, words.signature, words.quoted) == _words(text)


@settings(deadline=None)  # the first call loads the model of languages
@given(text=TEXTS)
def test_nothing_that_can_be_written_raises(text: str) -> None:
    told(text)


@pytest.mark.parametrize("language", REPLY_MARKERS)
@pytest.mark.parametrize("dash", ["--", "–", "—"])
def test_what_stands_below_our_own_marker_is_quoted(language: str, dash: str) -> None:
    marker = REPLY_MARKERS[language].replace("--", dash)
    words = split(f"It is still broken.\n\n{marker}\nDear Ann,\nwe are sorry.")
    assert words.reply == "It is still broken."


@pytest.mark.parametrize("language", REPLY_MARKERS)
@pytest.mark.parametrize("wrap", ["{0}\n{1}", "{0}\u00a0{1}", "{0} \n {1}", "*{0} {1}*", "> {0}\n> {1}", "> > {0} {1}"])
def test_our_own_marker_is_known_however_a_client_gives_it_back(language: str, wrap: str) -> None:
    marker = REPLY_MARKERS[language]
    middle = marker.find(" ", len(marker) // 2)
    given_back = wrap.format(marker[:middle], marker[middle + 1 :])
    below = "> We are sorry." if given_back.startswith(">") else "We are sorry."
    assert split(f"It is still broken.\n\n{given_back}\n{below}").reply == "It is still broken."


@pytest.mark.parametrize("language", REPLY_MARKERS)
def test_our_own_marker_is_known_in_a_page(language: str) -> None:
    page = f"<div>It is still broken.</div><br><div><p>{REPLY_MARKERS[language]}</p><p>We are sorry.</p></div>"
    assert split(text_of(page), page).reply == "It is still broken."


def test_a_marker_that_a_customer_quotes_in_a_sentence_cuts_nothing() -> None:
    text = "You write\n-- Please write your answer above this line, but where?\nIt leaks."
    assert split(text).reply == text


def test_answers_between_and_under_marked_lines_are_kept() -> None:
    words = split("> Is it broken?\n\nYes.\n\n> Shall we call?\n> Or write?\n\nPlease call.\n")
    assert words.reply == "Yes.\n\nPlease call."
    assert words.quoted == "> Is it broken?\n> Shall we call?\n> Or write?"


@pytest.mark.parametrize("answer", ["4711", "50%", "12.5. - 14.5.", "+49 30 1234"])
def test_a_number_between_marked_lines_is_an_answer(answer: str) -> None:
    assert split(f"> Which order?\n{answer}\n> And how many?\ntwo\n> Thanks").reply == f"{answer}\ntwo"


def test_a_line_or_two_that_the_sender_chose_to_cite_stay_with_the_answer() -> None:
    text = "> Shall we send a new one?\n\nYes please."
    assert split(text).reply == text


def test_an_ornament_of_angle_brackets_is_no_quotation() -> None:
    text = "Look at this:\n>>> https://example.org/kettle <<<\nIt leaks."
    assert split(text).reply == text


def test_a_link_that_was_broken_out_of_its_quoted_line_is_quoted() -> None:
    words = split("Thanks.\n\n> See https://example.org/\n?a=1&b=2\n> for more\n> news")
    assert words.reply == "Thanks."


@pytest.mark.parametrize(
    "line",
    [
        "-----Original Message-----",
        "-------- Ursprüngliche Nachricht --------",
        "*----- Message d'origine -----*",
        "----- Mail original -----",
        "---- Replied Message ----",
        "---- 回复的原邮件 ----",
        "------------------\u00a0原始邮件\u00a0------------------",
    ],
)
def test_a_marker_line_ends_the_new_words(line: str) -> None:
    assert split(f"Still broken.\n\n{line}\nWe are sorry.").reply == "Still broken."


def test_a_message_of_nothing_but_marked_lines_has_no_new_words() -> None:
    words = split("> one\n> two\n>> three")
    assert words.reply == ""
    assert words.quoted == "> one\n> two\n>> three"


def test_a_message_that_seems_to_be_all_quotation_counts_as_new_in_doubt() -> None:
    text = "-----Original Message-----\nMy kettle is broken."
    assert split(text).reply == text


def test_a_forward_without_a_comment_has_no_new_words() -> None:
    text = "---------- Forwarded message ---------\nFrom: Ann <ann@example.org>\nSubject: Kettle\n\nIt is broken."
    assert split(text).reply == ""


@pytest.mark.parametrize(
    "unit",
    [
        "a ",
        "a:\n",
        "From:\n",
        "From: a@b\n\n",
        "> a\nb\n",
        "<a@",
        "1:1 ",
        "____\n",
        "Regards,\nx\n",
        "On 3 Nov 2025 at 10:12, x@y wrote:\n",
        "\n",
        "\r",
        "> From: a\n",
    ],
)
def test_a_text_of_megabytes_is_read_no_further_than_it_needs(unit: str) -> None:
    """Guards the quadratic patterns of reply parsers: the suite's time limit is the assertion."""
    text = ("On " + unit * 2_000_000)[:2_000_000]
    words = split(text)
    assert len(words.reply) + len(words.signature) + len(words.quoted) > 1_000_000 or not text.strip("On \n\r")
    told(text)
