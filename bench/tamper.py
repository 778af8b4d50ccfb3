"""What somebody does who can write to the database file: damages to histories by chance, one written wholly anew, messages gone.

`python -m bench.tamper --count 1000` does so many, each to a fresh copy, and ends with status 1 where one was not found.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

from intake.case import Event, Kind
from intake.deciding.decision import Verdict
from intake.history import replay
from store import chain, codec
from store.audit import anchors, audit, numbered
from store.columns import canonical
from store.engine import Engines, engines, parse
from store.migrate import migrate
from store.sealing import unseal
from store.writer import Tx
from tests.harbour import POLICY, TUESDAY
from tests.store.examples import decision, do, event, opened, take_in

CASES, NOTES, MAILS = 6, 5, 8
Rows = list[sqlite3.Row]


def furnish(folder: Path) -> Path:
    """A database with a few cases, and beside it the anchors of all of them."""
    path = folder / "answerable.db"
    migrate(f"sqlite:///{path}")
    engine = opened_as_ours(path)
    with engine.write.begin() as tx:
        for number in range(CASES):
            ref = f"HH-0000-000{number}Q"
            notes = [note(number, n) for n in range(NOTES)]
            do(tx, decision(opened(ref, address=f"c{number}@customer.example"), *notes, ref=ref))
        for number in range(MAILS):
            take_in(tx, decision(verdict=Verdict.RECORD, case_ref=None), source_id=str(number))
        anchored(tx, folder / "anchors")
    engine.dispose()
    return path


def anchored(tx: Tx, path: Path) -> str | None:
    """What the daemon notes when it is through."""
    known = anchors.read(path)
    return anchors.add(path, known, anchors.news(tx, known, numbered.top(tx)), now=TUESDAY)


def note(case: int, number: int) -> Event:
    return event(Kind.NOTE_ADDED, TUESDAY + timedelta(minutes=number), "asha", text=f"Note {number} on case {case}.")


def found(path: Path, *, head: str | None = None) -> set[str]:
    """The slugs of everything that an audit of a database finds, with the anchors beside it."""
    engine = opened_as_ours(path)
    with engine.write.begin() as tx:
        known = anchors.read(path.parent / "anchors")
        faults = [*audit(tx, policy=POLICY).faults, *anchors.differing(tx, known, head)]
    engine.dispose()
    return {fault.slug for fault in faults}


def damaged(path: Path, seed: int, to: Path, name: str = "") -> str:
    """A copy of a database with one damage, of this name or of any; what it is called."""
    shutil.copy(path, to)
    for beside in ("-wal", "-shm"):  # of the copy before
        Path(f"{to}{beside}").unlink(missing_ok=True)
    chance = Random(seed)
    name = name or chance.choice(sorted(DAMAGES))
    with closing(opened_up(to)) as db:
        rows = db.execute("SELECT rowid, * FROM case_event ORDER BY case_ref, seq").fetchall()
        DAMAGES[name](db, rows, chance)
    return name


def opened_as_ours(path: Path) -> Engines:
    """The file or a copy of it, with the same keys."""
    return engines(parse(f"sqlite:///{path}"), threads=1, keys=f"sqlite:///{path.parent / 'keys.db'}")


def opened_up(path: Path) -> sqlite3.Connection:
    """The file, without what would refuse."""
    db = sqlite3.connect(path, isolation_level=None)
    db.row_factory = sqlite3.Row
    for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {row['name']}")
    return db


def _letter(db: sqlite3.Connection, rows: Rows, chance: Random) -> None:
    """One character of one value, anywhere in an event."""
    row, column = chance.choice(rows), chance.choice(["kind", "at", "actor", "data", "previous_hash", "hash"])
    value = str(row[column])
    at = chance.randrange(len(value)) if value else 0
    other = chance.choice([c for c in "0123456789abcdefXYZ" if c != value[at : at + 1]])
    db.execute(
        f"UPDATE case_event SET {column} = ? WHERE rowid = ?", (value[:at] + other + value[at + 1 :], row["rowid"])
    )


def _delete(db: sqlite3.Connection, rows: Rows, chance: Random) -> None:
    db.execute("DELETE FROM case_event WHERE rowid = ?", (chance.choice(rows)["rowid"],))


def _cut(db: sqlite3.Connection, rows: Rows, chance: Random) -> None:
    row = chance.choice(rows)
    db.execute("DELETE FROM case_event WHERE case_ref = ? AND seq >= ?", (row["case_ref"], row["seq"]))


def _swap(db: sqlite3.Connection, rows: Rows, chance: Random) -> None:
    one, two = chance.sample(rows, 2)
    for number, (row, to) in enumerate([(one, ("", 0)), (two, tuple(one)[1:3]), (one, tuple(two)[1:3])]):
        key = to if number else ("nowhere", 0)
        db.execute("UPDATE case_event SET case_ref = ?, seq = ? WHERE rowid = ?", (*key, row["rowid"]))


def _insert(db: sqlite3.Connection, rows: Rows, chance: Random) -> None:
    """An event more, rightly linked to the last one."""
    last = chance.choice([row for row in rows if row["seq"] == NOTES + 1])
    copied = {name: last[name] for name in last.keys()[1:]} | {"seq": NOTES + 2, "previous_hash": last["hash"]}
    copied["hash"] = chain.link(
        last["hash"], ref=last["case_ref"], seq=NOTES + 2, kind=last["kind"], at=TUESDAY, actor="ben", data="{}"
    )
    names = ", ".join(copied)
    db.execute(f"INSERT INTO case_event ({names}) VALUES ({', '.join('?' * len(copied))})", tuple(copied.values()))


def _anew(db: sqlite3.Connection, rows: Rows, chance: Random) -> None:
    """A word of a note is another, and everything that depends on it is made to agree: no chain shows that.

    For this one they need to read, so they have the keys as well.
    """
    [(_, _, file)] = db.execute("PRAGMA database_list").fetchall()
    ours = opened_as_ours(Path(file))
    ref = chance.choice(rows)["case_ref"]
    mine = [row for row in rows if row["case_ref"] == ref]
    changed, head, events = chance.choice([row["seq"] for row in mine[1:]]), chain.GENESIS, []
    for row in mine:
        data = json.loads(unseal(ours.keys, row["data"]) or "") | (
            {"text": "Nothing."} if row["seq"] == changed else {}
        )
        at = TUESDAY if row["seq"] == 1 else note(0, row["seq"] - 2).at
        made = chain.link(
            head, ref=ref, seq=row["seq"], kind=row["kind"], at=at, actor=row["actor"], data=canonical(data)
        )
        db.execute(
            "UPDATE case_event SET data = ?, previous_hash = ?, hash = ? WHERE rowid = ?",
            (canonical(data), head, made, row["rowid"]),
        )
        events.append(Event(kind=Kind(row["kind"]), at=at, actor=row["actor"], data=data))
        head = made
    state = canonical(codec.from_case(replay(events)))
    ours.dispose()
    db.execute('UPDATE "case" SET head_hash = ?, state = ? WHERE ref = ?', (head, state, ref))


def _unsaid(db: sqlite3.Connection, rows: Rows, chance: Random) -> None:
    """A mail that came to no case, and is in no history, was never there."""
    db.execute("DELETE FROM inbound WHERE id = ?", (chance.randrange(MAILS) + 1,))


def _replaced(db: sqlite3.Connection, rows: Rows, chance: Random) -> None:
    """Another mail has its number."""
    which = chance.randrange(MAILS) + 1
    db.execute("UPDATE inbound SET source_id = 'of another' WHERE id = ?", (which,))


DAMAGES: dict[str, Callable[[sqlite3.Connection, Rows, Random], None]] = {
    "a character changed": _letter,
    "an event deleted": _delete,
    "the end cut off": _cut,
    "two events swapped": _swap,
    "an event added": _insert,
    "a history written anew": _anew,
    "a message deleted": _unsaid,
    "a message replaced": _replaced,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000)
    count = parser.parse_args().count
    done, missed = Counter[str](), list[str]()
    with tempfile.TemporaryDirectory(prefix="answerable-tamper-") as folder:
        whole = furnish(Path(folder))
        for seed in range(count):
            copy = Path(folder) / "copy.db"
            name = damaged(whole, seed, copy)
            done[name] += 1
            missed += [] if found(copy) else [f"{name} (seed {seed})"]
    print(f"{count} damages: {dict(done)}; not found: {missed or 'none'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
