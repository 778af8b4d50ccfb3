"""DMARC by the tree walk of RFC 9989: which record holds, which organisation a domain belongs to, what is aligned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.senders.dmarc import Result, aligned, evaluate, organisation, questions, record

ZONE = {
    "com": "v=DMARC1; p=none",
    "bank": "v=DMARC1; p=reject; psd=y; np=reject; sp=quarantine",
    "co.uk": "v=DMARC1; psd=y; p=none",
    "corp.example": "v=DMARC1; p=reject; sp=quarantine; np=none",
    "strict.example": "v=DMARC1; p=reject; adkim=s; aspf=s",
    "own.corp.example": "v=DMARC1; p=none; psd=n",
    "trial.example": "v=DMARC1; p=reject; t=y",
    "shop.co.uk": "v=DMARC1; p=quarantine",
}
ANSWERS = {name: found for name, text in ZONE.items() if (found := record([text]))}


def test_a_long_name_takes_no_more_than_eight_questions() -> None:
    assert questions("corp.example") == ("corp.example", "example")
    long = ".".join("abcdefghij") + ".mail.corp.example"
    assert questions(long)[:2] == (long, "g.h.i.j.mail.corp.example")
    assert (len(questions(long)), questions(long)[-1]) == (8, "example")
    assert len(questions("a.b.c.d.e.f.g.h")) == 8


@pytest.mark.parametrize(
    ("domain", "whose"),
    [
        ("corp.example", "corp.example"),
        ("mail.corp.example", "corp.example"),
        ("deep.down.own.corp.example", "own.corp.example"),
        ("a.shop.co.uk", "shop.co.uk"),
        ("new.co.uk", "new.co.uk"),
        ("a.b.new.co.uk", "new.co.uk"),
        ("co.uk", "co.uk"),
        ("mail.my.bank", "my.bank"),
        ("unknown.test", "unknown.test"),
        ("a.b.c.d.e.f.g.h.i.j.corp.example", "corp.example"),
        ("a.b.c.d.e.f.g.h.i.my.bank", "my.bank"),
    ],
)
def test_the_walk_finds_the_organisation_without_a_list_of_suffixes(domain: str, whose: str) -> None:
    assert organisation(domain, ANSWERS) == whose


@pytest.mark.parametrize(
    ("author", "exists", "result"),
    [
        ("corp.example", True, Result(verdict="fail", policy="reject")),
        ("mail.corp.example", True, Result(verdict="fail", policy="quarantine")),
        ("gone.corp.example", False, Result(verdict="fail", policy="none")),
        ("own.corp.example", True, Result(verdict="fail", policy="none")),
        ("new.bank", True, Result(verdict="fail", policy="quarantine")),
        ("gone.bank", False, Result(verdict="fail", policy="reject")),
        ("trial.example", True, Result(verdict="fail", policy="none")),
        ("unknown.test", True, Result(verdict="none")),
    ],
)
def test_what_a_domain_asks_for_is_found_where_it_or_its_parents_say_so(
    author: str, exists: bool, result: Result
) -> None:
    assert evaluate(author, dkim=(), spf="", exists=exists, answers=ANSWERS) == result


@pytest.mark.parametrize(
    ("author", "dkim", "spf", "verdict"),
    [
        ("corp.example", ("corp.example",), "", "pass"),
        ("corp.example", (), "bounces.corp.example", "pass"),
        ("news.corp.example", ("mail.corp.example",), "", "pass"),
        ("corp.example", ("evil.example", "corp.example"), "evil.example", "pass"),
        ("corp.example", ("own.corp.example",), "", "fail"),
        ("corp.example", ("notcorp.example",), "corp.example.evil.example", "fail"),
        ("strict.example", ("mail.strict.example",), "mail.strict.example", "fail"),
        ("strict.example", ("strict.example",), "", "pass"),
        ("shop.co.uk", ("rival.co.uk",), "", "fail"),
        ("shop.co.uk", ("co.uk",), "co.uk", "fail"),
        ("unknown.test", ("unknown.test",), "", "none"),
    ],
)
def test_only_what_is_aligned_counts(author: str, dkim: tuple[str, ...], spf: str, verdict: str) -> None:
    assert evaluate(author, dkim=dkim, spf=spf, exists=True, answers=ANSWERS).verdict == verdict


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["v=spf1 -all"],
        ["v=DMARC2; p=reject"],
        ["v=dmarc1; p=reject"],
        ["p=reject; v=DMARC1"],
        ["v=DMARC1x; p=reject"],
        ["v=DMARC1; p=reject", "v=DMARC1; p=none"],
    ],
)
def test_what_is_no_record_or_more_than_one_is_none(texts: list[str]) -> None:
    assert record(texts) is None


def test_tags_in_error_are_as_if_they_were_not_there() -> None:
    found = record(["v = DMARC1 ;P = Reject; sp=maybe; np; =; adkim=x; t=Y; rua=mailto:a@b; p=none", "other"])
    assert found is not None
    assert (found.policy, found.of_subdomains, found.of_missing) == ("reject", "reject", "reject")
    assert (found.strict_dkim, found.testing, found.public_suffix) == (False, True, None)


LABELS = st.lists(st.sampled_from(["a", "b", "corp", "co", "example", "uk"]), min_size=1, max_size=12)


@given(LABELS, LABELS, st.dictionaries(LABELS.map(".".join), st.sampled_from(["", "psd=y", "psd=n"]), max_size=6))
def test_alignment_is_mutual_and_never_between_what_shares_no_ending(
    one: list[str], other: list[str], zone: dict[str, str]
) -> None:
    answers = {name: found for name, more in zone.items() if (found := record([f"v=DMARC1; {more}"]))}
    a, b = ".".join(one), ".".join(other)
    assert aligned(a, b, strict=False, answers=answers) == aligned(b, a, strict=False, answers=answers)
    if one[-1] != other[-1]:
        assert not aligned(a, b, strict=False, answers=answers)
    assert a == organisation(a, answers) or a.endswith(f".{organisation(a, answers)}")
