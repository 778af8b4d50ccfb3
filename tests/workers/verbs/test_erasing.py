"""`erase` and `hold`, as a data protection officer uses them."""

from __future__ import annotations

from pathlib import Path

from tests.workers.verbs.conftest import Verb

JO, BO = "jo@customer.example", "bo@third.example"


def refs(verb: Verb, settings: Path) -> dict[str, str]:
    """References by what the case is about."""
    return {case["issue"][:14]: case["ref"] for case in verb("cases", "--json", "--config", settings).lines}


def kinds(verb: Verb, ref: str, settings: Path) -> list[str]:
    [case] = verb("case", ref, "--json", "--config", settings).lines
    return [event["kind"] for event in case["history"]]


def test_without_a_yes_it_only_says_what_would_be_erased(verb: Verb, filled: Path) -> None:
    before = verb("audit", "--json", "--config", filled).lines
    said = verb("erase", JO, "--even-open", "--config", filled)
    assert (said.status, "would be erased" in said.out, "--yes does it" in said.out) == (0, True, True)
    assert verb("audit", "--json", "--config", filled).lines == before


def test_a_case_that_is_not_settled_must_be_named(verb: Verb, filled: Path) -> None:
    said = verb("erase", JO, "--yes", "--config", filled)
    assert (said.status, "--even-open" in said.err) == (1, True)
    assert refs(verb, filled)["Broken thing 1"]


def test_who_is_erased_is_on_no_list_but_as_a_number(verb: Verb, filled: Path) -> None:
    ref = refs(verb, filled)["Broken thing 1"]
    assert verb("erase", JO, "--yes", "--even-open", "--config", filled).status == 0
    shown = [
        verb(*words, "--json", "--config", filled).out
        for words in (("cases",), ("case", ref), ("register",), ("parked",))
    ]
    assert [out for out in shown if "jo@" in out or "number 1 arrived" in out] == []
    [row] = [row for row in verb("register", "--json", "--config", filled).lines if row["Customer Name"] == "erased"]
    assert (row["Case Owner"], row["Date received"]) == ("Asha Patel", "2026-01-13")
    audited = verb("audit", "--json", "--config", filled)
    assert (audited.status, audited.lines[0]["erased"]) == (0, 1)
    assert verb("erase", JO, "--yes", "--config", filled).err == f"{JO}: nothing is kept about such a contact\n"


def test_an_erased_case_is_made_again_from_its_history_as_a_shell(verb: Verb, filled: Path) -> None:
    ref = refs(verb, filled)["Broken thing 1"]
    verb("erase", JO, "--yes", "--even-open", "--config", filled)
    before = verb("case", ref, "--json", "--config", filled).lines
    assert verb("rebuild", ref, "--config", filled).status == 0
    assert verb("case", ref, "--json", "--config", filled).lines == before
    assert verb("audit", "--config", filled).status == 0


def test_what_was_erased_is_not_imported_again(verb: Verb, filled: Path) -> None:
    verb("erase", JO, "--yes", "--even-open", "--config", filled)
    before = refs(verb, filled)
    verb("import", filled.parent / "box", "--config", filled)
    assert refs(verb, filled) == before
    assert verb("audit", "--config", filled).status == 0


def test_d03_a_legal_hold_wins_and_the_refusal_is_on_record(verb: Verb, filled: Path) -> None:
    ref = refs(verb, filled)["Broken thing 2"]
    assert verb("hold", ref, "lawsuit 12/2026", "--config", filled).status == 0
    said = verb("erase", BO, "--yes", "--even-open", "--config", filled)
    assert (said.status, "lawsuit 12/2026" in said.err) == (1, True)
    assert kinds(verb, ref, filled)[-2:] == ["legal_hold_placed", "erasure_refused"]
    assert verb("hold", ref, "--release", "--config", filled).status == 0
    assert verb("erase", BO, "--yes", "--even-open", "--config", filled).status == 0
    assert kinds(verb, ref, filled)[-1] == "erased"
    assert verb("audit", "--config", filled).status == 0


def test_a_hold_needs_a_case_and_a_reason(verb: Verb, filled: Path) -> None:
    ref = refs(verb, filled)["Broken thing 1"]
    assert verb("hold", "HH-9999-9999Z", "why not", "--config", filled).status == 1
    assert verb("hold", ref, "--config", filled).status == 1
    assert verb("hold", ref, "--release", "--config", filled).err == f"{ref}: it is under no legal hold\n"
