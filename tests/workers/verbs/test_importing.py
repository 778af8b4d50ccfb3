"""`import`: history into the database, quietly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workers.verbs.conftest import Verb
from tests.workers.verbs.mails import folder, mail, maildir, mbox

MAILS = mail(1), mail(2, "kit@elsewhere.example"), mail(3, "bo@third.example")


@pytest.mark.parametrize("kind", [mbox, maildir, folder])
def test_mail_is_filed_from_wherever_it_lies_and_nobody_is_written_to(
    verb: Verb, settings: Path, tmp_path: Path, kind: Callable[..., Path]
) -> None:
    path = kind(tmp_path / "history", *MAILS)
    said = verb("import", path, "--config", settings)
    assert (said.status, said.out) == (0, "3 messages, 3 of them new. Nobody was written to.\n")
    cases = verb("cases", "--json", "--config", settings).lines
    assert sorted(each["issue"][:14] for each in cases) == ["Broken thing 1", "Broken thing 2", "Broken thing 3"]
    assert {each["received_at"] for each in cases} == {"2026-01-13T10:04:00+00:00"}
    audit = verb("audit", "--json", "--config", settings)
    assert audit.status == 0
    assert audit.lines[0]["rows"]["outbox"] == 0


def test_it_may_be_repeated_and_the_same_mail_in_another_place_is_the_same(
    verb: Verb, settings: Path, tmp_path: Path
) -> None:
    verb("import", mbox(tmp_path / "box", *MAILS), "--config", settings)
    again = verb("import", folder(tmp_path / "files", *MAILS), "--config", settings)
    assert again.out == "3 messages, 0 of them new. Nobody was written to.\n"
    assert len(verb("cases", "--json", "--config", settings).lines) == 3


def test_a_path_that_is_not_there_is_a_sentence(verb: Verb, settings: Path) -> None:
    said = verb("import", "nowhere", "--config", settings)
    assert (said.status, said.err) == (1, "nowhere: there is no such file or folder\n")


def test_a_mail_that_cannot_be_understood_does_not_stop_the_others(verb: Verb, settings: Path, tmp_path: Path) -> None:
    path = folder(tmp_path / "files", b"\0\xff" * 100, mail(1), b"")
    said = verb("import", path, "--config", settings)
    assert (said.status, said.out) == (0, "3 messages, 3 of them new. Nobody was written to.\n")
    assert "Broken thing 1" in verb("cases", "--config", settings).out
