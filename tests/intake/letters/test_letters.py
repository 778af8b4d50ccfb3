"""What all letters have in common, and the templates that they are written from."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from intake.letters.letter import LetterKind
from intake.letters.rehearsal import rehearse, repertoire
from intake.letters.stationery import Stationery, duration
from intake.words import REPLY_MARKER
from intake.words.marker import reply_marker_end
from tests.harbour import ASHA, POLICY
from tests.intake.letters.writing import AT, CASE, TODAY, every_letter
from tests.paper import BILINGUAL, letters, stationery


def words_of(html: str) -> list[str]:
    body = HTMLParser(html).body
    assert body is not None
    return body.text(separator=" ").split()


def test_text_and_html_of_every_letter_say_the_same_words() -> None:
    for letter in every_letter():
        said = [word for word in letter.text.split() if word not in (">", "-")]
        shown = [word for word in words_of(letter.html) if word not in (">", "-", "\xa0")]
        assert "".join(said).replace("-", "") == "".join(shown).replace("-", ""), letter.kind


def test_no_letter_fetches_anything_from_anywhere() -> None:
    for letter in every_letter():
        assert not re.search(r"src=|url\(|<link|<script|@import|https?:", letter.html), letter.kind


def test_every_kind_of_letter_is_in_the_repertoire() -> None:
    assert {letter.kind for letter in every_letter()} == set(LetterKind)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 minutes"), (1, "1 minute"), (90, "1 hour, 30 minutes"), (120, "2 hours"), (60 * 50 + 3, "2 days, 2 hours")],
)
def test_a_stretch_of_time_is_said_exactly_below_a_day(minutes: int, said: str) -> None:
    assert duration(minutes) == said


@pytest.mark.parametrize("locale", BILINGUAL.locales)
def test_every_letter_that_can_be_answered_by_mail_begins_with_our_marker_and_no_other_has_one(locale: str) -> None:
    for write in repertoire(POLICY, replace(BILINGUAL, locale=locale), locale, stationery()):
        letter = write()
        lines = letter.text.splitlines()
        marked = [at for at in range(len(lines)) if reply_marker_end(lines, at)]
        assert marked == ([0] if letter.to.channel == "mail" and letter.reply_address else []), letter.kind


def changed(**templates: str) -> Stationery:
    return Stationery({**stationery().templates, **{k.replace("__", "/") + ".jinja": v for k, v in templates.items()}})


def test_a_rehearsal_of_the_built_in_templates_finds_nothing() -> None:
    assert rehearse(replace(POLICY, brands=(BILINGUAL,)), stationery()) == []


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("{% set subject %}x{% endset %}{{ ref }} {{ ownr.name }}", "'ownr' is undefined"),
        ("{% set subject %}x{% endset %}{{ ref }} {% if %}", "Expected an expression"),
        ("{% set subject %}x{% endset %}Your message is here.", "does not say the reference"),
        ("{{ ref }}", "no subject"),
        ("{% set subject %}x{% endset %}{{ ref }} {{ ref.__class__.__mro__ }}", "unsafe"),
    ],
)
def test_a_template_that_cannot_work_is_named_before_the_first_customer_comes(template: str, fault: str) -> None:
    faults = rehearse(POLICY, changed(en_GB__acknowledgement=template))
    assert len(faults) >= 1
    assert all("letter en_GB/acknowledgement for brand harbour" in f and fault in f for f in faults)


def test_a_locale_that_lacks_a_letter_borrows_the_whole_letter_never_half_of_it() -> None:
    letter = letters(locale="de_DE").notification(
        CASE, ASHA, **AT, words="Hallo", reasons=(), kind_of="new", promise=TODAY
    )
    assert "by 17:30 today, Tuesday 13 January" in letter.text
    assert letter.text.startswith(f"{REPLY_MARKER}\n\nPress Reply to answer the customer.")
    assert 'lang="en-GB"' in letter.html
