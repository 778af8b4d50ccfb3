"""Erases people and looks for them everywhere: `python -m bench.erasure --people 1000 [--postgres]`.

Each has a name, an address, words and an order number of their own. They complain, some twice; a backup is made; they are
erased one by one, and the backup is put back. Then every byte is searched, for them and for the keys that were destroyed:
database, keys, register, old backup, restored one, and all files of the PostgreSQL server with its write-ahead log.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median

from bench.places import Place, place
from intake.message import Envelope, RawMessage
from store import cases, colleagues, erasing, inbound
from store.audit import audit
from store.backlog import backlog
from store.database import Store
from store.person import find
from store.register import rows
from tests.harbour import POLICY, TUESDAY, FakeIds
from tests.paper import letters
from workers.deciding.desk import Desk
from workers.deciding.understanding import understand
from workers.verbs import spreadsheet

BEFORE_A_KEY = re.compile(rb"C|L\x00")
DIGITS = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
SIGN = re.compile(rb"canary[0-9]|(?<![0-9a-z])0999[0-9]{6}(?![0-9a-z])", re.IGNORECASE)


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


def hits(files: Iterable[Path]) -> dict[str, int]:
    """Where anybody is found, and how often."""
    return {path.name: count for path in files if (count := len(SIGN.findall(_content(path))))}


def openers(files: Iterable[Path], keys: set[bytes]) -> dict[str, int]:
    """In which files keys lie, and how many."""
    return {path.name: count for path in files if (count := len(keys & _candidates(_content(path))))}


def _content(path: Path) -> bytes:
    """A server may delete a file while others are read."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return b""


def _candidates(data: bytes) -> set[bytes]:
    """What may be a key: 32 bytes behind the sign that either database writes before so many, or 64 digits of a dump."""
    raw = {data[sign.end() : sign.end() + 32] for sign in BEFORE_A_KEY.finditer(data)}
    return raw | {bytes.fromhex(digits.decode()) for digits in DIGITS.findall(data)}


@dataclass(kw_only=True)
class Search:
    """What was found, and that the search finds."""

    before: int = 0  # hits while they were there
    keys_before: int = 0
    seconds: list[float] = field(default_factory=list)  # for each person
    faults: list[str] = field(default_factory=list)  # of both audits
    found: dict[str, int] = field(default_factory=dict)  # after: files, and how often
    keys_logged: int = 0  # keys that were destroyed, in the server's write-ahead log: each once a segment
    keys: dict[str, int] = field(default_factory=dict)  # the same at the end, in any file

    @property
    def clean(self) -> bool:
        return bool(self.before and self.keys_before) and not (self.found or self.faults or self.keys)


async def story(at: Place, people: int) -> Search:
    search, store = Search(), await Store.open(at.url)
    await complain(store, people)
    await shown(store, at.folder, "before")
    keys = at.keys()
    search.before, search.keys_before = _sum(hits(at.files())), _sum(openers(at.files(), _secrets(keys)))
    for path in at.folder.glob("before.*"):  # a file that somebody exported is theirs to delete
        path.unlink()
    at.save(at.folder / "old-backup")
    for person in range(people):
        began = time.perf_counter()
        await forget(store, person)
        search.seconds.append(time.perf_counter() - began)
    destroyed = _secrets({number: keys.get(number) for number, secret in at.keys().items() if secret is None})
    search.keys_logged = _sum(openers(at.log(), destroyed))
    for turn in ("live", "restored"):
        result = await store.read(lambda tx: audit(tx, policy=POLICY))
        search.faults += [f"{turn}: {fault.slug} {fault.where}" for fault in result.faults]
        assert result.erased == people, (turn, result.erased)
        await shown(store, at.folder, turn)
        await store.close()
        if turn == "live":
            at.put_back(at.folder / "old-backup")
            store = await Store.open(at.url)
            await store.write(lambda tx: erasing.finish(tx, policy=POLICY, now=TUESDAY))
            search.faults += ["come back"] * await read_again(store, people)
    at.let_the_log_go()
    search.found, search.keys = hits(at.files()), openers(at.files(), destroyed)
    return search


def _secrets(keys: Mapping[int, bytes | None]) -> set[bytes]:
    return {secret for secret in keys.values() if secret}


def _sum(found: Mapping[str, int]) -> int:
    return sum(found.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--postgres", action="store_true")
    said = parser.parse_args()
    with place(on_postgres=said.postgres) as at:
        search = asyncio.run(story(at, said.people))
    print(f"{said.people} people: {search.before} hits before; after: {search.found or 'none'}")
    print(f"{search.keys_before} keys before; destroyed ones after: {search.keys or 'none'}")
    print(f"in the server's log, before it was let go: {search.keys_logged}")
    print(f"faults: {search.faults or 'none'}")
    print(f"seconds for each: median {median(search.seconds):.3f}, longest {max(search.seconds):.3f}")
    return 0 if search.clean else 1


if __name__ == "__main__":
    sys.exit(main())
