"""Which messages of a pile belong together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.message import Address, Message
from intake.threading import base_subject, is_reply_subject, threads


def _mail(
    ident: str | None = None, *references: str, answers: str = "", subject: str = "", sender: str = "ann@example.org"
) -> Message:
    return Message(
        message_id=ident,
        references=references,
        in_reply_to=(answers,) if answers else (),
        subject=subject,
        from_=(Address(email=sender),),
    )


def test_messages_that_refer_to_each_other_are_together_in_any_order() -> None:
    assert threads([_mail("c", "a", "b"), _mail("x"), _mail("a"), _mail("b", answers="a")]) == [0, 1, 0, 0]


def test_answers_to_a_message_that_is_not_there_are_together() -> None:
    assert threads([_mail("b", "lost"), _mail("c", "lost")]) == [0, 0]


def test_references_count_for_more_than_in_reply_to() -> None:
    assert threads([_mail("a"), _mail("b"), _mail("c", "a", answers="b")]) == [0, 1, 0]


def test_a_message_that_answers_itself_stands_alone() -> None:
    assert threads([_mail("a", "a"), _mail("b")]) == [0, 1]


def test_a_loop_is_cut_and_ends() -> None:
    assert threads([_mail("a", "b"), _mail("b", "a")]) == [0, 0]


def test_what_a_message_says_of_itself_counts_for_more_than_what_others_say_of_it() -> None:
    """As in RFC 5256 step 1: b names c as a child of a, then c itself answers b."""
    assert threads([_mail("a"), _mail("b", "a", "c"), _mail("c", "b")]) == [0, 1, 1]


def test_two_messages_with_one_id_are_two_messages() -> None:
    assert threads([_mail("a"), _mail("a"), _mail("b", "a")]) == [0, 1, 0]


def test_messages_without_an_id_are_known_by_what_they_answer() -> None:
    assert threads([_mail("a"), _mail(None, "a"), _mail(None)]) == [0, 0, 1]


def test_a_reply_without_references_joins_the_only_thread_of_its_subject() -> None:
    assert threads([_mail("a", subject="Kettle"), _mail("b", subject="AW: Kettle", sender="desk@example.org")]) == [
        0,
        0,
    ]


def test_two_customers_with_one_subject_are_not_together_and_a_reply_is_not_guessed() -> None:
    pile = [_mail("a", subject="Complaint"), _mail("b", subject="Complaint", sender="bob@example.org")]
    assert threads(pile) == [0, 1]
    assert threads([*pile, _mail("c", subject="Re: Complaint", sender="cid@example.org")]) == [0, 1, 2]


def test_a_customer_who_writes_again_under_the_same_subject_is_together() -> None:
    assert threads([_mail("a", subject="Kettle"), _mail("b", subject="kettle")]) == [0, 0]


def test_no_subject_joins_nothing() -> None:
    assert threads([_mail("a"), _mail("b")]) == [0, 1]


def test_mails_without_subject_and_ids_are_together_when_one_sender_wrote_them() -> None:
    assert threads([_mail(), _mail(sender="bob@example.org"), _mail(), _mail(None, "a")]) == [0, 1, 0, 2]


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Re: Kettle", "kettle"),
        ("RE: AW: Fwd: Kettle", "kettle"),
        ("Re[2]: Kettle", "kettle"),
        ("[list] Re: [list] Kettle (fwd)", "kettle"),
        ("[Fwd: Re: Kettle]", "kettle"),
        ("SV: VS: Odp: Kettle", "kettle"),
        ("回复：水壶", "水壶"),
        ("[Kettle]", "[kettle]"),
        ("Reply: not a prefix", "reply: not a prefix"),
        ("Re:", ""),
    ],
)
def test_the_base_subject_is_what_all_answers_share(subject: str, base: str) -> None:
    assert base_subject(subject) == base


@pytest.mark.parametrize(
    ("subject", "reply"), [("Re: Kettle", True), ("[list] AW: Kettle", True), ("Kettle", False), ("Refund", False)]
)
def test_a_reply_is_known_by_its_subject(subject: str, reply: bool) -> None:
    assert is_reply_subject(subject) is reply


IDS = st.sampled_from("abcdef")
MAILS = st.builds(
    lambda ident, references, answers, subject: _mail(ident, *references, answers=answers, subject=subject),
    st.none() | IDS,
    st.lists(IDS, max_size=5),
    st.just("") | IDS,
    st.sampled_from(["", "Kettle", "Re: Kettle", "Re: lid"]),
)


@given(st.lists(MAILS, max_size=12))
def test_every_message_has_one_thread_and_numbers_count_up(pile: list[Message]) -> None:
    numbers = threads(pile)
    assert len(numbers) == len(pile)
    assert list(dict.fromkeys(numbers)) == list(range(len(set(numbers))))


def test_a_subject_of_nothing_but_prefixes_is_read_in_bounded_time() -> None:
    assert base_subject("Re: " * 1_000_000) == ""
