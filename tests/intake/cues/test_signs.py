"""What sounds like a complaint is noticed by group; what only has its words is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.cues import listen


@pytest.mark.parametrize(
    ("text", "noticed"),
    [
        ("My lamp came with the wrong shade. Bit disappointed as it's a present for Saturday.", {"disappointment"}),
        (
            "lamp AGAIN\nThe replacement is wrong too. I already wrote to you last week.",
            {"repetition", "disappointment"},
        ),
        ("Charged twice, delivery missed twice, and your chat closed on me.", {"money"}),
        ("I'm still waiting and nobody has got back to me.", {"waiting"}),
        ("I’ve told you before, for the last time", {"repetition"}),
        (
            "I'm not complaining, just asking for the third time. You said Friday.",
            {"waiting", "repetition", "understatement"},
        ),
        ("ABSOLUTE JOKE. YOU LOT ARE THIEVES!!! RING ME!!!", {"disappointment", "shouting"}),
        ("I'm done with agents. I'll only deal with your director.", {"escalation"}),
        ("I will go to the ombudsman", {"external"}),
        ("The heater caught fire, my daughter burned her hand.", {"danger"}),
        ("I can't pay and honestly there's no point going on.", {"urgent-care"}),
        ("I'm losing sleep over the default on my file", {"impact"}),
        ("There is a whole list of problems here", {"complex"}),
        ("The app doesn't work and I never received an answer", {"fault"}),
        ("Die App funktioniert nicht", {"fault"}),
        ("I was fobbed off and lied to", {"distrust"}),
        (
            "Ich warte immer noch und bin sehr enttäuscht. Ich habe schon zweimal geschrieben.",
            {"waiting", "disappointment", "repetition"},
        ),
        ("Je suis très déçue, j'ai déjà signalé cela, aucune réponse.", {"waiting", "disappointment", "repetition"}),
        (
            "Estoy decepcionada, ya les he escrito y sigo esperando un reembolso.",
            {"waiting", "disappointment", "repetition", "money"},
        ),
        ("Sono deluso, ho già scritto e nessuna risposta.", {"waiting", "disappointment", "repetition"}),
        ("Ik ben teleurgesteld, ik heb al eerder gemaild en wacht nog steeds.", {"waiting", "disappointment"}),
    ],
)
def test_each_group_of_signs_is_noticed(text: str, noticed: set[str]) -> None:
    assert noticed <= set(listen(text).cues)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "What are your opening hours?",
        "No complaints, great service",
        "I am not disappointed at all",
        "Could I order two more lamps, please?",
        "See you again soon",
        "Ich bin nicht enttäuscht",
        "OK",
    ],
)
def test_what_only_has_the_words_is_not_noticed(text: str) -> None:
    assert listen(text).cues == ()


def test_a_weak_word_alone_is_no_sign() -> None:
    assert "repetition" not in listen("Please send it again").cues
    assert "escalation" not in listen("I am the manager of a shop").cues
    assert "escalation" in listen("Your manager must ring me").cues


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Charged twice, delivery missed twice, and your chat closed on me.", 3),
        ("My lamp (order 88123) came with the wrong shade. Bit disappointed as it's a present.", 1),
        ("You sent my invoice to my ex, also where is my sofa?", 2),
        ("1. It was late\n2. The driver was rude\n3) The box is torn", 3),
        ("Two things:\n- late\n- rude driver", 2),
        ("I ordered the lamp, paid by card, and waited at home.", 1),
        ("The lamp is broken. Secondly, nobody answers. On top of that the invoice is too high.", 3),
        ("Die Lampe ist kaputt, die Lieferung kam nie und der Fahrer war unfreundlich.", 3),
        ("Not good, not good, not good, not good", 1),
        ("", 1),
    ],
)
def test_separate_issues_are_counted(text: str, count: int) -> None:
    assert listen(text).points == count


@given(st.text())
def test_any_text_has_signs_in_order_and_a_sensible_number_of_points(text: str) -> None:
    assert len(set(listen(text).cues)) == len(listen(text).cues)
    assert 1 <= listen(text).points <= 20


def test_hostile_texts_are_read_in_linear_time() -> None:
    for text in (
        "not " * 100_000,
        "a," * 100_000,
        "already " * 50_000,
        "ya x x " * 50_000,
        "1) \n" * 50_000,
        "also " * 50_000,
    ):
        assert listen(text).points <= 20
