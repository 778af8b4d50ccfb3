"""`copy`: a whole store moves into another database, and nothing of it is different there."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.databases import Postgres, absent
from tests.workers.verbs.conftest import Verb
from tests.workers.verbs.mails import SETTINGS, mail, mbox


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Path]:
    """Settings that name an empty PostgreSQL database."""
    if reason := absent():
        pytest.skip(reason)
    server = Postgres(f"answerable_copy_{os.getpid()}")
    with server.fresh() as url:
        yield _settings(tmp_path / "there.toml", url)
    server.close()


def _settings(path: Path, url: str) -> Path:
    path.write_text(SETTINGS + f'\n[database]\nurl = "{url}"\n')
    return path


def _back(tmp_path: Path) -> Path:
    return _settings(tmp_path / "back.toml", "sqlite:///back.db")


def test_a_store_is_the_same_after_the_way_to_postgresql_and_back(
    verb: Verb, filled: Path, there: Path, tmp_path: Path
) -> None:
    [before] = verb("audit", "--json", "--config", filled).lines
    said = verb("copy", there, "--config", filled)
    assert (said.status, before["head"] in said.out) == (0, True)
    assert verb("copy", _back(tmp_path), "--config", there).status == 0
    assert verb("audit", "--json", "--config", tmp_path / "back.toml").lines == [before]


def test_after_the_move_new_mail_is_decided_as_if_nothing_had_happened(
    verb: Verb, filled: Path, there: Path, tmp_path: Path
) -> None:
    known = {case["ref"] for case in verb("cases", "--json", "--config", filled).lines}
    verb("copy", there, "--config", filled)
    again = mail(7, Subject="Re: Broken thing 1", In_Reply_To="<m1@customer.example>")
    assert verb("import", mbox(tmp_path / "more", again), "--config", there).status == 0
    assert {case["ref"] for case in verb("cases", "--json", "--config", there).lines} == known
    assert verb("audit", "--config", there).status == 0


def test_a_database_that_holds_anything_is_not_copied_into(verb: Verb, filled: Path, there: Path) -> None:
    verb("copy", there, "--config", filled)
    said = verb("copy", there, "--config", filled)
    assert (said.status, said.err) == (1, "the other database is not empty\n")


def test_a_store_is_not_copied_while_a_daemon_uses_it(verb: Verb, filled: Path, tmp_path: Path) -> None:
    with (filled.parent / "answerable.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = verb("copy", _back(tmp_path), "--config", filled)
    assert (said.status, said.err) == (1, "another daemon is using this database\n")


def test_settings_that_name_no_database_that_answers_are_a_sentence(verb: Verb, filled: Path, tmp_path: Path) -> None:
    nowhere = _settings(tmp_path / "nowhere.toml", "postgresql://nobody@127.0.0.1:1/none")
    said = verb("copy", nowhere, "--config", filled)
    assert (said.status, said.err) == (1, "the database does not answer\n")
