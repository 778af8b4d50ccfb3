"""Erases people and looks for them everywhere: `python -m bench.erasure --people 1000 [--postgres]`.

Each has a name, an address, words and an order number of their own. They complain, some twice; a backup is made; they are
erased one by one, and the backup is put back. Then every byte is searched: database, keys, register, old backup, restored one.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from intake.message import Envelope, RawMessage
from store import cases, colleagues, erasing, inbound
from store.audit import audit
from store.backlog import backlog
from store.database import Store
from store.keyring import SCHEMA
from store.migrate import migrate
from store.person import find
from store.register import rows
from tests.harbour import POLICY, TUESDAY, FakeIds
from tests.paper import letters
from tests.store.databases import empty
from workers.deciding.desk import Desk
from workers.deciding.understanding import understand
from workers.verbs import spreadsheet

SIGN = re.compile(rb"canary[0-9]|(?<![0-9a-z])0999[0-9]{6}(?![0-9a-z])", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A database with its keys, and how it is saved to a file, and put back elsewhere."""

    url: str
    folder: Path

    @property
    def postgres(self) -> bool:
        return self.url.startswith("postgresql")

    def save(self, to: Path) -> None:
        """A backup as docs/operating.md says: without the keys."""
        if self.postgres:
            subprocess.run(["pg_dump", f"--exclude-schema={SCHEMA}", "-f", str(to), self.url], check=True)
            return
        with closing(sqlite3.connect(self._file)) as origin, closing(sqlite3.connect(to)) as goal:
            origin.backup(goal)

    def put_back(self, backup: Path) -> None:
        """An old database, and the keys of today."""
        if self.postgres:
            fresh = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
            subprocess.run(["psql", "-q", "-c", fresh, self.url], check=True, stderr=subprocess.DEVNULL)
            subprocess.run(["psql", "-q", "-f", str(backup), self.url], check=True, stdout=subprocess.DEVNULL)
            return
        for beside in ("-wal", "-shm"):
            Path(f"{self._file}{beside}").unlink(missing_ok=True)
        shutil.copy(backup, self._file)

    def everything(self, to: Path) -> None:
        """All that the server holds, keys as well; of SQLite the files say it."""
        if self.postgres:
            subprocess.run(["pg_dump", "-f", str(to), self.url], check=True)

    @property
    def _file(self) -> str:
        return self.url.removeprefix("sqlite:///")


def raw(person: int, turn: int) -> RawMessage:
    """A complaint that is full of its author."""
    blob = (
        f"From: Canary{person} Bird <canary{person}@canary{person}.example>\r\nTo: help@harbour.example\r\n"
        f"Subject: Order 0999{person:06d} broke\r\nMessage-ID: <{turn}.canary{person}@canary{person}.example>\r\n"
        f"Date: Tue, 13 Jan 2026 10:0{turn}:00 +0000\r\nAuthentication-Results: mx.harbour.example; dmarc=pass "
        f"header.from=canary{person}.example\r\n\r\n"
        f"My order 0999{person:06d} broke and I am disappointed, says Canary{person}.\r\n"
    ).encode()
    return RawMessage(
        channel="imap",
        account="help",
        source_id=f"INBOX:1:{person * 10 + turn}",
        envelope=Envelope(mail_from=f"canary{person}@canary{person}.example", rcpt_to=("help@harbour.example",)),
        blob=blob,
        received_at=TUESDAY + timedelta(minutes=turn),
    )


async def complain(store: Store, people: int) -> None:
    """Everybody once, every third twice."""
    desk = Desk(policy=POLICY, letters=letters(), ids=FakeIds())
    await store.write(lambda tx: colleagues.know(tx, POLICY))
    for mail in mails(people):
        understood = understand(mail, desk.policy)

        def settle(tx, mail=mail, understood=understood):  # type: ignore[no-untyped-def]
            number = inbound.receive(tx, mail).inbound_id
            desk.settle(tx, {number: understood}, mail.received_at)

        await store.write(settle)


async def read_again(store: Store, people: int) -> int:
    """The mailbox is read from its beginning. How many of its mails are to be decided."""
    await store.write(lambda tx: inbound.receive_all(tx, list(mails(people))))
    return (await store.read(backlog))["undecided"]


def mails(people: int) -> Iterator[RawMessage]:
    return (raw(person, turn) for person in range(people) for turn in range(2 if person % 3 == 0 else 1))


async def forget(store: Store, person: int) -> None:
    """As `main.py erase ADDRESS --yes --even-open` does."""

    def both(tx):  # type: ignore[no-untyped-def]
        known = find(tx, f"canary{person}@canary{person}.example")
        erasing.erase(tx, erasing.doomed(tx, known), policy=POLICY, now=TUESDAY)

    await store.write(both)


async def shown(store: Store, folder: Path, name: str) -> None:
    """What people export, and what the program can read."""
    found = await store.read(rows)
    spreadsheet.write(folder / f"{name}.csv", found)
    every = await store.read(lambda tx: [cases.history(tx, case.ref) for case in cases.newest(tx, limit=10_000)])
    (folder / f"{name}.txt").write_text(repr(every))


def hits(folder: Path, but: Callable[[Path], bool] = lambda _: False) -> dict[str, int]:
    """Where anybody is found, and how often."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not but(path))
    return {path.name: count for path in files if (count := len(SIGN.findall(path.read_bytes())))}


@contextmanager
def place(*, postgres: bool) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="answerable-erasure-") as folder:
        if postgres:
            with empty(f"answerable_erasure_{os.getpid()}") as url:
                migrate(url)
                yield Place(url=url, folder=Path(folder))
        else:
            url = f"sqlite:///{folder}/desk.db"
            migrate(url)
            yield Place(url=url, folder=Path(folder))


async def story(at: Place, people: int) -> tuple[dict[str, int], list[float], list[str], int]:
    """Where anybody is found at the end, seconds for each, faults of the audits, and hits before: those prove the search."""
    store, took, faults = await Store.open(at.url), [], list[str]()
    await complain(store, people)
    await shown(store, at.folder, "before")
    before = sum(hits(at.folder).values())
    for path in at.folder.glob("before.*"):
        path.unlink()
    at.save(at.folder / "old-backup")
    for person in range(people):
        began = time.perf_counter()
        await forget(store, person)
        took.append(time.perf_counter() - began)
    for turn in ("live", "restored"):
        result = await store.read(lambda tx: audit(tx, policy=POLICY))
        faults += [f"{turn}: {fault.slug} {fault.where}" for fault in result.faults]
        assert result.erased == people, (turn, result.erased)
        await shown(store, at.folder, turn)
        await store.close()
        at.everything(at.folder / f"{turn}.sql")
        if turn == "live":
            at.put_back(at.folder / "old-backup")
            store = await Store.open(at.url)
            await store.write(lambda tx: erasing.finish(tx, policy=POLICY, now=TUESDAY))
            faults += ["come back"] * await read_again(store, people)
    return hits(at.folder), took, faults, before


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--postgres", action="store_true")
    said = parser.parse_args()
    with place(postgres=said.postgres) as at:
        found, took, faults, before = asyncio.run(story(at, said.people))
    print(f"{said.people} people: {before} hits before; after: {found or 'none'}; faults: {faults or 'none'}")
    print(f"seconds for each: median {median(took):.3f}, longest {max(took):.3f}")
    return 1 if found or faults or not before else 0


if __name__ == "__main__":
    sys.exit(main())
