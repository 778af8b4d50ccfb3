"""What is left of a reply when the letter that it answers is known."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from intake.words import own_words, repeats

LETTER = """Has everything now been resolved to your satisfaction?
One of these in reply is enough:
Yes, all is well with my order.
No, not yet, something is missing.
If it is a no, tell me what is still missing, if you like.
Thank you for your time."""


def test_a_letter_that_nothing_marks_as_quoted_is_cut() -> None:
    assert own_words(f"No, the shade is still wrong.\n\n{LETTER}", LETTER) == "No, the shade is still wrong."


def test_words_below_the_letter_are_kept_too() -> None:
    assert own_words(f"{LETTER}\n\nThe shade is still wrong.", LETTER) == "The shade is still wrong."


def test_nothing_is_left_of_the_letter_alone() -> None:
    assert own_words(LETTER, LETTER) == ""
    assert own_words(f"On Tuesday, Harbour Home wrote:\n{LETTER}", LETTER) == ""


def test_an_answer_that_we_offered_is_still_an_answer() -> None:
    assert own_words("Yes, all is well with my order.", LETTER) == "Yes, all is well with my order."
    both = "Yes, all is well with my order.\nThank you for your time."
    assert own_words(both, LETTER) == both


def test_a_line_of_some_length_that_repeats_the_letter_is_noticed() -> None:
    assert repeats("Dear Jo,\nHas everything now been resolved to your satisfaction?", LETTER)
    assert not repeats("Thank you for your time.\nThe shade is still wrong, I hear.", LETTER)


@given(st.text(max_size=300), st.text(max_size=300))
def test_it_never_raises_and_invents_nothing(reply: str, letter: str) -> None:
    assert set(own_words(reply, letter).split()) - {">"} <= set(reply.split()) - {">"}


def test_the_letter_is_recognised_however_it_was_wrapped() -> None:
    ours = "Dear Ann,\n\nwe have received your complaint about the kettle and Bob will call you today.\n\nYour desk"
    theirs = "Dear Ann,\nwe have received your complaint about\nthe kettle and Bob will call you\ntoday.\nYour desk"
    assert own_words(f"Nobody called.\n\n{theirs}\n\nAnd it leaks.", ours) == "Nobody called.\n\nAnd it leaks."


def test_a_few_words_that_the_letter_also_has_are_still_new() -> None:
    said = "Your desk\ndid not call me today as you had promised."
    assert own_words(said, "Bob will call you today.\nYour desk") == said
