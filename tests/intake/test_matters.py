"""The numbers that people name, and the one line that goes on the register."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.matters import matters, summary
from intake.message import Message


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("My lamp (order 88123) came with the wrong shade.", ("88123",)),
        ("Order no. 88123", ("88123",)),
        ("my order number is: 88123!", ("88123",)),
        ("Order #HH-88123", ("HH88123",)),
        ("lamp #88123", ("88123",)),
        ("orders 88123, 88124 and 88125", ("88123", "88124", "88125")),
        ("order 88123. Again: ORDER 88123", ("88123",)),
        ("Amazon order 123-1234567-1234567", ("12312345671234567",)),
        ("invoice RE-2026/117", ("RE2026117",)),
        ("customer number K-20931 and booking ref AB12345", ("K20931", "AB12345")),
        ("tracking AB123456785GB", ("AB123456785GB",)),
        ("Bestellnummer: 4711-22", ("471122",)),
        ("Rechnung Nr. 88123", ("88123",)),
        ("Meine Kundennummer ist 20931", ("20931",)),
        ("commande n° 88123", ("88123",)),
        ("numéro de commande : 88123", ("88123",)),
        ("número de pedido 88123", ("88123",)),
        ("numero d'ordine 88123", ("88123",)),
        ("mijn ordernummer 88123", ("88123",)),
    ],
)
def test_numbers_with_a_name_are_found_in_one_form(text: str, numbers: tuple[str, ...]) -> None:
    assert matters(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "",
        "call me on 020 7946 0123",
        "customer 02079460123",
        "order from 13/01/2026",
        "order 2026-01-13",
        "order 13.01.2026",
        "invoice 2025",
        "invoice 1250.00",
        "order was 1200 euros",
        "order 1200 €",
        "order is 3 weeks late",
        "bill 1000 pounds",
        "border 88123",
        "88123",
        "account 4111111111111111",
        "account GB29NWBK60161331926819",
        "order HH-4829-1357K",
    ],
)
def test_phones_dates_prices_and_secrets_are_no_matters(text: str) -> None:
    assert matters(text) == ()


def test_a_company_may_name_numbers_of_its_own() -> None:
    assert matters("my boiler BX/77 leaks", (r"boiler (\S+)",)) == ("BX77",)


def test_at_most_ten_matters_are_kept() -> None:
    assert len(matters("order 12345 " + " ".join(f"order {n}" for n in range(10_000, 10_100)))) == 10


@pytest.mark.parametrize(
    ("subject", "text", "line"),
    [
        ("lamp AGAIN", "The replacement is wrong too. I already wrote.", "lamp AGAIN: The replacement is wrong too."),
        ("Re: [HH-4829-1357K] Fwd: AW: lamp", "It is wrong, sadly, again.", "lamp: It is wrong, sadly, again."),
        ("Re[2]: Lamp", "", "Lamp"),
        ("", "Hi there,\n\nMy lamp came with the wrong shade. Bit sad.", "My lamp came with the wrong shade."),
        ("My lamp is broken", "My lamp is broken. Since Monday.", "My lamp is broken. Since Monday."),
        ("My lamp is broken!", "Broken!", "My lamp is broken!"),
        ("Card", "I paid with 4111 1111 1111 1111 twice.", "Card: I paid with ****1111 twice."),
        ("a\u202eb\r\nBcc: x", "", "a b Bcc: x"),
        ("", "", "(no words)"),
    ],
)
def test_the_line_for_the_register(subject: str, text: str, line: str) -> None:
    assert summary(Message(subject=subject, reply=text, text=f"{text}\n> quoted" if text else "")) == line


@given(st.text(), st.text())
def test_the_line_is_one_line_and_never_too_long_or_empty(subject: str, text: str) -> None:
    line = summary(Message(subject=subject, text=text))
    assert 0 < len(line) <= 200
    assert line.isprintable()


def test_hostile_texts_are_read_in_linear_time() -> None:
    for text in (
        "order " * 100_000,
        "order-1" * 50_000,
        "order 1.1.1.1.1," * 20_000,
        "re: " * 100_000,
        "order no " * 50_000,
    ):
        matters(text)
        assert summary(Message(subject=text, text=text))
