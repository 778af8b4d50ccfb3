"""Case references: what people type is understood, and a slip is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.reference import compact, expand, find, make, valid, without

numbers = st.integers(min_value=0, max_value=10**8 - 1)
prefixes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=4)
REF = make("HH", 48291357)


def test_a_reference_is_a_prefix_two_groups_of_four_digits_and_a_letter() -> None:
    assert REF == "HH-4829-1357K"
    assert make("HH", 7).startswith("HH-0000-0007")


@given(prefixes, numbers)
def test_what_is_made_is_valid_found_and_survives_the_compact_form(prefix: str, number: int) -> None:
    ref = make(prefix, number)
    assert valid(ref)
    assert find(f"about {ref}, please", (prefix,)) == (ref,)
    assert expand(compact(ref)) == ref
    assert compact(ref).isalnum()
    assert compact(ref).islower()


@given(numbers, st.integers(0, 7), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(number: int, position: int, shift: int) -> None:
    compacted = compact(make("HH", number))
    at = position + 2
    wrong = str((int(compacted[at]) + shift) % 10)
    assert expand(compacted[:at] + wrong + compacted[at + 1 :]) == ""


@given(numbers, st.integers(0, 7), st.integers(0, 7))
def test_every_swap_of_two_different_digits_is_noticed(number: int, left: int, right: int) -> None:
    digits = list(f"{number:08d}")
    letter = make("HH", number)[-1]
    digits[left], digits[right] = digits[right], digits[left]
    swapped = "".join(digits)
    assert (expand(f"hh{swapped}{letter.lower()}") == "") == (swapped != f"{number:08d}")


@given(numbers)
def test_the_reference_of_one_brand_is_not_the_reference_of_another(number: int) -> None:
    compacted = compact(make("HH", number))
    assert expand("bw" + compacted[2:]) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Re: [HH-4829-1357K] my lamp",
        "hh-4829-1357k",
        "HH 4829 1357 K",
        "HH48291357K",
        "(HH-4829-1357-K)",
        "HH\u20134829\u20131357K",
        "HH\u00a04829\u00a01357K",
        "HH\u20104829\u20111357K.",
        "ref:HH/4829/1357K!",
        "HH_4829_1357K",
        "Case #HH.4829.1357K",
        "\uff28\uff28-\uff14\uff18\uff12\uff19-\uff11\uff13\uff15\uff17\uff2b",
        "HH-4829-\r\n 1357K",
    ],
)
def test_people_may_write_it_as_they_like(text: str) -> None:
    assert find(text, ("HH", "BW")) == (REF,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HH-4829-1357Q",
        "HHH-4829-1357K",
        "HH-4829-1357KX",
        "HH-48290-1357K",
        "AHH-4829-1357K",
        "BW-4829-1357K",
        "HH-4829",
    ],
)
def test_what_is_not_a_reference_of_ours_is_not_found(text: str) -> None:
    assert find(text, ("HH",)) == ()


def test_several_references_are_found_once_each_in_order() -> None:
    other = make("BW", 5)
    assert find(f"{other} and {REF}, again {REF.lower()}", ("HH", "BW")) == (other, REF)


def test_without_prefixes_nothing_is_found() -> None:
    assert find(REF, ()) == ()


def test_a_hostile_text_is_read_in_linear_time() -> None:
    assert find("HH 4829 " * 200_000 + "HH" * 200_000 + "-" * 500_000, ("HH", "HHH")) == ()


@given(st.text())
def test_only_canonical_valid_references_ever_come_out(text: str) -> None:
    assert all(valid(ref) for ref in find(text, ("HH",)))
    assert expand(text) == "" or valid(expand(text))


def test_a_text_can_be_had_without_its_references() -> None:
    assert without(f"Re: [{REF}] my lamp ({REF.lower()})") == "Re:  my lamp "
    assert without("HH-4829-1357Q stays, and so does AB-12") == "HH-4829-1357Q stays, and so does AB-12"
