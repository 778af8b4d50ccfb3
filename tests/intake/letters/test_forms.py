"""Letters by form say what their templates say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.letters.forms import Written
from intake.letters.kinds import Letters
from intake.letters.letter import Letter, LetterKind
from intake.letters.rehearsal import AT, PROMISE, repertoire, sample
from intake.letters.stationery import Stationery
from tests.harbour import ASHA, POLICY
from tests.paper import BILINGUAL, stationery


class Runs(Stationery):
    """Runs the template for every letter, and counts."""

    ran = 0

    def write(self, kind: LetterKind, *, locale: str, values: Mapping[str, Any]) -> Written:
        found = self.locale_for(kind, locale)
        return self.run(f"{found}/{kind}.jinja", {**values, "locale": found})

    def run(self, name: str, values: Mapping[str, Any]) -> Written:
        self.ran += 1
        return super().run(name, values)


class Counts(Stationery):
    """Writes by form, and counts how often a template is run for it."""

    ran = 0

    def run(self, name: str, values: Mapping[str, Any]) -> Written:
        self.ran += 1
        return super().run(name, values)


POLICIES = replace(POLICY, brands=(BILINGUAL,))
BY_FORM = Letters(policy=POLICIES, stationery=stationery())
BY_RUNNING = Letters(policy=POLICIES, stationery=Runs(stationery().templates))
DAILY = (LetterKind.ACKNOWLEDGEMENT, LetterKind.REPEAT_ACKNOWLEDGEMENT, LetterKind.NOTIFICATION)
CASE = sample(POLICIES, BILINGUAL)
words = st.text(max_size=60)


def notification(pen: Letters, **changes: Any) -> Letter:
    case = replace(CASE, **changes)
    about = {"words": case.words, "reasons": ("first-contact",), "kind_of": "new", "promise": PROMISE}
    return pen.notification(case, ASHA, **AT, **about)


def test_every_letter_says_the_same_by_form_and_from_its_template() -> None:
    for locale in BILINGUAL.locales:
        pairs = (repertoire(POLICIES, BILINGUAL, locale, paper) for paper in (stationery(), BY_RUNNING.stationery))
        for by_form, by_running in zip(*pairs, strict=True):
            assert by_form() == by_running()


@settings(deadline=None, max_examples=40)
@given(
    name=words,
    issue=words,
    said=words,
    matters=st.lists(words, max_size=3).map(tuple),
    related=st.lists(words, max_size=2),
)
def test_whatever_customers_write_stands_in_a_form_as_in_a_letter_of_its_own(
    name: str, issue: str, said: str, matters: tuple[str, ...], related: list[str]
) -> None:
    texts = {"customer_name": name, "issue": issue, "words": said, "matters": matters, "related": tuple(related)}
    assert notification(BY_FORM, **texts) == notification(BY_RUNNING, **texts)


@pytest.mark.parametrize(
    "asked",
    [
        '{% if customer == "Jo Marsh" %}It is Jo.{% endif %}',
        '{{ {"Jo Marsh": "It is Jo."}.get(customer, "It is not.") }}',
        '{% if "Marsh" in customer %}It is a Marsh.{% endif %}',
        "{{ customer|upper }}",
        "{{ (customer ~ '!')|replace(' ', '') }}",
        "{{ customer.split(' ')|last }}",
        "{{ customer[:4] }}",
        "{% set whole %}{{ customer }}{% endset %}{{ whole|length }}",
        "{{ customer|urlencode }}",
        "{{ customer|safe }}",
        "{{ words }}",
    ],
)
def test_a_template_that_works_with_what_a_text_says_is_run_for_every_letter(asked: str) -> None:
    template = "{% set subject %}{{ ref }}{% endset %}{% call paper.paragraph() %}" + asked + "{% endcall %}"
    paper = {**stationery().templates, "en_GB/notification.jinja": template}
    by_form, by_running = (Letters(policy=POLICIES, stationery=make(paper)) for make in (Stationery, Runs))
    for name in ("Jo Marsh", "<b>Kim</b>", "A much longer name than all the others have"):
        assert notification(by_form, customer_name=name) == notification(by_running, customer_name=name)


def test_for_many_letters_of_one_situation_the_template_is_run_no_more_often_than_for_a_few() -> None:
    paper = Counts(stationery().templates)
    pen = Letters(policy=POLICIES, stationery=paper)
    for number in range(20):
        notification(pen, customer_name=f"Jo {number}", matters=(str(number),), words="One.\n\nTwo." * (number + 1))
    assert 0 < paper.ran < 5


def test_the_letters_that_a_message_causes_need_their_template_once() -> None:
    paper = Counts(stationery().templates)
    for locale in BILINGUAL.locales:
        first = [
            letter for write in repertoire(POLICIES, BILINGUAL, locale, paper) if (letter := write()).kind in DAILY
        ]
        ran = paper.ran
        assert first == [
            write() for write in repertoire(POLICIES, BILINGUAL, locale, paper) if write.func.__name__ in DAILY
        ]
        assert paper.ran == ran


def test_letters_to_and_about_any_number_of_colleagues_are_of_one_situation() -> None:
    paper = Counts(stationery().templates)
    pen = Letters(policy=POLICIES, stationery=paper)
    for number in range(20):
        person = replace(ASHA, id=f"p{number}", name=f"Person {number}")
        pen.notification(CASE, person, **AT, words="One.", reasons=(), kind_of="new", promise=PROMISE)
    assert 0 < paper.ran < 5
