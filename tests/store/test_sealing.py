"""What is personal is sealed, with keys that nobody gets twice and that are gone when they are destroyed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from store import engine
from store.database import Store
from store.keyring import AHEAD, Keyring
from store.sealing import Damaged, seal, seal_bytes, unseal, unseal_bytes
from tests.harbour import TUESDAY
from tests.store.examples import decision, letter, opened, submission, take_in

PERSONAL = ("customer.example", "Jo Brown", "lamp", "1234567", "Dear Jo")


def ring(url: str) -> Keyring:
    return engine.engines(engine.parse(url), threads=1).keys


def test_two_nodes_never_have_the_same_key(url: str) -> None:
    one, two = ring(url), ring(url)
    numbers = [each.fresh() for _ in range(AHEAD + 5) for each in (one, two)]
    assert len(set(numbers)) == len(numbers)
    assert one.mark("jo@customer.example") == two.mark("jo@customer.example")
    assert unseal(two, seal(one, numbers[0], "Jö")) == "Jö"
    for each in (one, two):
        each.dispose()


def test_a_destroyed_key_opens_nothing_and_is_in_no_file_any_more(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    keys = ring(url)
    number, other = keys.fresh(), keys.fresh()
    sealed, left = seal(keys, number, "Jo"), seal_bytes(keys, b"Bo", other)
    secret = secrets_of(keys, number)
    assert secret in on_disk(tmp_path)
    keys.destroy([number], [], at=TUESDAY)
    assert (unseal(keys, sealed), unseal_bytes(keys, left)) == (None, b"Bo")
    assert secret not in on_disk(tmp_path)
    assert keys.alive([number, other, 10**9]) == {number: False, other: True}
    keys.dispose()


def test_keys_that_were_kept_with_a_log_once_are_kept_without_one(tmp_path: Path) -> None:
    """Until the daemon was updated, a destroyed key stayed in the log while somebody read the file."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    before = ring(url)
    number = before.fresh()
    secret = secrets_of(before, number)
    before.dispose()
    with closing(sqlite3.connect(tmp_path / "desk.db.keys")) as file:
        assert file.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
    keys = ring(url)
    keys.destroy([number], [], at=TUESDAY)
    assert (keys.alive([number]), secret in on_disk(tmp_path)) == ({number: False}, False)
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith("-wal")] == []
    keys.dispose()


def test_another_process_learns_of_it_when_it_forgets(url: str) -> None:
    one, two = ring(url), ring(url)
    number = one.fresh()
    sealed = seal(one, number, "Jo")
    assert unseal(two, sealed) == "Jo"
    one.destroy([number], [], at=TUESDAY)
    two.forget()
    assert unseal(two, sealed) is None
    for each in (one, two):
        each.dispose()


@pytest.mark.parametrize("change", [lambda s: s[:-6] + "AAAAA=", lambda s: s.replace(".", ".!"), lambda s: s[:9]])
def test_what_was_changed_does_not_open(tmp_path: Path, change) -> None:
    keys = ring(f"sqlite:///{tmp_path / 'desk.db'}")
    with pytest.raises(Damaged):
        unseal(keys, change(seal(keys, keys.fresh(), "The lamp arrived broken")))
    keys.dispose()


@pytest.mark.parametrize("words", ["\x1a", "\x1a12.", "\x1asealed\x1a", ""])
async def test_words_that_look_like_sealed_ones_are_only_words(store: Store, words: str) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened(customer_name=words, issue=words))))
    found = text("SELECT column_6, column_7 FROM register")
    [row] = await store.read(lambda tx: list(tx.execute(found)))
    assert [unseal(store.keys, cell) for cell in row][1] == words


async def test_no_row_of_any_table_shows_who_wrote_or_what(store: Store) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened()), (letter(), submission())))
    tables = ("blob", "contact", "contact_point", "inbound", '"case"', "case_event", "case_matter", "participant")
    every = [*tables, "thread_id", "register", "outbox"]
    shown = [
        (table, word)
        for table in every
        for row in await store.read(lambda tx, table=table: list(tx.execute(text(f"SELECT * FROM {table}"))))  # type: ignore[misc]
        for word in PERSONAL
        if any(
            word in (bytes(v).decode(errors="replace") if isinstance(v, bytes | memoryview) else str(v)) for v in row
        )
    ]
    assert shown == []


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def secrets_of(keys: Keyring, number: int) -> bytes:
    with keys._engine.begin() as tx:
        return bytes(tx.scalar(text("SELECT secret FROM key WHERE number = :number"), {"number": number}) or b"")
