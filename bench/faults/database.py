"""The database stops at once, is locked by others, takes no writes or no connections: a pause, never a loss.

.venv/bin/python -m bench.faults.database --database postgresql --way smtp --times 8 --seconds 30

The PostgreSQL is one of our own; 30 seconds are beyond every patience of the daemon's, so that mail is put off.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

from bench.faults import sink as sinks
from bench.faults.mails import Wire
from bench.faults.place import furnished
from bench.faults.siege import Plan
from bench.faults.troubles import A_TIME, Trouble, Troubled
from bench.faults.verdict import Verdict
from tests.servers import postgres


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process writes to a SQLite file and does not come to an end."""
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def _troubles(server: postgres.Server | None, file: Path, seconds: float) -> list[Trouble]:
    ways = (
        {"locked": partial(locked, file)}
        if server is None
        else {
            "down": server.down,
            "read-only": server.read_only,
            "no connections": server.full,
            "locked": server.locked,
        }
    )
    alarms = frozenset({"database"})
    return [Trouble(name=name, brought=way, seconds=seconds, alarms=alarms) for name, way in ways.items()]


async def trouble(database: str, way: Wire, times: int, seconds: float, seed: int) -> Verdict:
    """So many troubles in turns, of so many seconds each."""
    plan = Plan(way=way, kills=times, messages=A_TIME * (times + 1), seed=seed)
    with ExitStack() as stack:
        server = stack.enter_context(postgres.running()) if database == "postgresql" else None
        async with sinks.running() as sink:
            place = stack.enter_context(furnished(database=server.url if server else "sqlite", sink=sink.port))
            troubles = _troubles(server, place.folder / "answerable.db", seconds)
            return await Troubled(plan=plan, place=place, sink=sink, troubles=troubles).verdict()


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.faults.database", description=__doc__)
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    options.add_argument("--way", choices=["smtp", "lmtp", "webhook"], default="smtp")
    options.add_argument("--times", type=int, default=8)
    options.add_argument("--seconds", type=float, default=30.0)
    options.add_argument("--seed", type=int, default=1)
    said = options.parse_args()
    verdict = asyncio.run(trouble(said.database, said.way, said.times, said.seconds, said.seed))
    print(verdict)
    return 0 if verdict.clean else 1


if __name__ == "__main__":
    sys.exit(main())
