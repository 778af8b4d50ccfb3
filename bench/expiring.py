"""How long deleting takes what was kept long enough.

    .venv/bin/python -m bench.expiring [MESSAGES] [postgresql]

So many automatic mails without a case, received and deleted batch by batch; on SQLite, or on the PostgreSQL server of the tests.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import update

from intake.retention import Class
from store import inbound
from store.audit import audit
from store.database import Store
from store.schema import inbound as messages
from tests.harbour import POLICY, TUESDAY, FakeClock
from tests.store.databases import Postgres, Sqlite
from tests.store.examples import raw
from workers.retainer import expire

A_COMMIT = 100
DECIDED = {"state": "done", "verdict": "RECORD", "reasons": ["automatic-message"]}


async def measure(url: str, count: int) -> str:
    store = await Store.open(url)
    for first in range(0, count, A_COMMIT):
        raws = [raw(str(number)) for number in range(first, min(first + A_COMMIT, count))]
        await store.write(lambda tx, raws=raws: inbound.receive_all(tx, raws))  # type: ignore[misc]
    await store.write(lambda tx: tx.execute(update(messages).values(DECIDED)).rowcount)
    clock, gone, began = FakeClock(at=TUESDAY + timedelta(days=31)), 0, perf_counter()
    while some := await expire(store, Class.OTHERS, "30 days", POLICY, clock):
        gone += some
    took = perf_counter() - began
    faults = (await store.read(lambda tx: audit(tx, policy=POLICY))).faults
    await store.close()
    return f"{gone} deleted, {gone / took:.0f} a second, {len(faults)} faults"


@contextmanager
def database(postgres: bool) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(f"answerable_bench_{os.getpid()}") if postgres else None
        with (server or Sqlite(Path(folder))).fresh() as url:
            yield url
        if server:
            server.close()


def main(count: int = 10_000, kind: str = "") -> None:
    with database(bool(kind)) as url:
        print(asyncio.run(measure(url, count)))


if __name__ == "__main__":
    main(*(int(word) if word.isdigit() else word for word in sys.argv[1:]))  # type: ignore[arg-type]
