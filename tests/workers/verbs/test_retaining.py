"""`retention`: whoever looks after the data sees what is due before anything goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workers.verbs.conftest import Verb
from tests.workers.verbs.mails import SETTINGS, mail, mbox

ALL = 'mail = "30 days"\nchat = "30 days"\nothers = "30 days"\nheld = "30 days"\ncomplaints = "1 year"\n'


def with_periods(settings: Path, periods: str = ALL) -> Path:
    settings.write_text(f"[retention]\n{periods}{SETTINGS}")
    return settings


def test_without_periods_everything_is_kept(verb: Verb, filled: Path) -> None:
    said = verb("retention", "--config", filled)
    assert (said.status, said.out) == (0, "Everything is kept for ever: the settings have no [retention].\n")


def test_what_is_due_is_told_by_class_with_the_oldest(verb: Verb, filled: Path, tmp_path: Path) -> None:
    robots = [mail(n, f"robot{n}@elsewhere.example", Auto_Submitted="auto-replied") for n in (7, 8)]
    assert verb("import", mbox(tmp_path / "robots", *robots), "--config", filled).status == 0
    found = {line["class"]: line for line in verb("retention", "--json", "--config", with_periods(filled)).lines}
    assert list(found) == ["mail", "chat", "others", "held", "complaints"]
    assert (found["others"]["due"], found["others"]["oldest"][:10]) == (2, "2026-01-13")
    assert {name: line["due"] for name, line in found.items() if name != "others"} == dict.fromkeys(
        ("mail", "chat", "held", "complaints"), 0
    ), "no case is settled, and nothing without a case waits"
    assert ["others", "30", "days", "2", "2026-01-13", "0"] in [
        line.split() for line in verb("retention", "--config", filled).out.splitlines()
    ]


@pytest.mark.parametrize(
    ("periods", "fault"),
    [
        ('mail = "soon"', "retention.mail: 'soon' should be a number of days, months or years"),
        ('mail = "2 years"\ncomplaints = "1 year"', "retention.mail is longer than retention.complaints"),
        ('letters = "1 year"', "retention.letters is no setting"),
    ],
)
def test_periods_that_cannot_be_are_named_by_check(verb: Verb, filled: Path, periods: str, fault: str) -> None:
    said = verb("check", "--config", with_periods(filled, f"{periods}\n"))
    assert (said.status, fault in said.err) == (1, True), said.err


def test_apply_deletes_what_is_due_for_good_and_the_audit_is_clean(verb: Verb, filled: Path, tmp_path: Path) -> None:
    robots = [mail(n, f"robot{n}@elsewhere.example", Auto_Submitted="auto-replied") for n in (7, 8)]
    verb("import", mbox(tmp_path / "robots", *robots), "--config", filled)
    said = verb("retention", "--config", with_periods(filled))
    assert "Nothing was done yet: --apply does it" in said.out
    found = {line["class"]: line for line in verb("retention", "--apply", "--json", "--config", filled).lines}
    assert {name: line["deleted"] for name, line in found.items()} == {**dict.fromkeys(found, 0), "others": 2}
    again = verb("retention", "--apply", "--json", "--config", filled).lines
    assert [line["due"] + line["deleted"] for line in again] == [0] * len(again)
    assert verb("audit", "--config", filled).status == 0
    assert verb("import", tmp_path / "robots", "--config", filled).status == 0
    assert verb("export", "robot7@elsewhere.example", "r.zip", "--config", filled).status == 1, "it does not come back"
