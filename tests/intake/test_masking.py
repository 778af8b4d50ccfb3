"""Card and account numbers are hidden, however they are written; other numbers are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.masking import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("card 4111111111111111.", "card ****1111."),
        ("card 4111 1111 1111 1111 12/27", "card ****1111 12/27"),
        ("4111-1111-1111-1111 123", "****1111 123"),
        ("88123 4111 1111 1111 1111", "88123 ****1111"),
        ("4111.1111.1111.1111", "****1111"),
        ("4111\u00a01111\u00a01111\u00a01111", "****1111"),
        ("3782 822463 10005", "****0005"),
        ("5500 0000 0000 0004 and 4111 1111 1111 1111", "****0004 and ****1111"),
        ("GB29NWBK60161331926819", "****6819"),
        ("IBAN GB29 NWBK 6016 1331 9268 19 THANKS", "IBAN ****6819 THANKS"),
        ("DE89 3704 0044 0532 0130 00, danke", "****3000, danke"),
    ],
)
def test_a_card_or_account_number_keeps_its_last_four_characters(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "order 88123",
        "call 020 7946 0123",
        "4111 1111 1111 1112",
        "tracking 00340434161094042557",
        "HH-4829-1357K",
        "GB29 NWBK 6016 1331 9268 18",
        "on 2026-01-13 at 10:04",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert mask(text) == text


@given(st.text(), st.text(alphabet=" ,;:abc"), st.sampled_from(["4111111111111111", "4111 1111 1111 1111"]))
def test_no_words_around_a_card_number_bring_it_back(before: str, after: str, card: str) -> None:
    assert card not in mask(f"{before} {card} {after}")


def test_endless_digits_are_read_in_linear_time() -> None:
    assert mask("1" * 500_000)
    assert mask("1 " * 50_000)
    assert mask("GB29 " * 20_000)
