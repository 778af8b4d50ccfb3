"""How fast blobs move to an object store, and what looking costs when there is nothing to move.

    .venv/bin/python -m bench.moving [BLOBS] [KILOBYTES]

On SQLite, one after the other without the mover's rests; first to a folder on the same disk, then to moto's S3 on loopback.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

import structlog
from sqlalchemy import update

from store import inbound
from store.database import Store
from store.objects import Objects
from store.schema import inbound as messages
from tests.harbour import TUESDAY, FakeClock
from tests.servers.s3 import BUCKET, S3
from tests.store.databases import Sqlite
from tests.store.examples import raw
from workers.mover import Mover

LOOKS, A_COMMIT = 200, 20


async def fill(store: Store, blobs: int, size: int) -> None:
    """So many settled messages, each with bytes of its own."""
    for first in range(0, blobs, A_COMMIT):
        raws = [raw(str(number), blob=os.urandom(size)) for number in range(first, min(blobs, first + A_COMMIT))]
        await store.write(lambda tx, raws=raws: inbound.receive_all(tx, raws))  # type: ignore[misc]
    await store.write(lambda tx: tx.execute(update(messages).values(state="done")).rowcount)


async def measure(url: str, where: str, blobs: int, size: int) -> str:
    store = await Store.open(url)
    await store.enter("bench")
    await fill(store, blobs, size)
    clock = FakeClock(at=TUESDAY + timedelta(days=31))
    mover = Mover(store, Objects(where, store.unseal), clock, age=timedelta(days=30))
    began, spent = perf_counter(), process_time()
    while mover.poll_seconds != mover.idle_seconds:
        await mover.once()
    took, cost = perf_counter() - began, process_time() - spent
    spent = process_time()
    for _ in range(LOOKS):
        await mover.once()
    look = process_time() - spent
    await store.close()
    return (
        f"{blobs / took:5.0f} a second, {1000 * cost / blobs:.2f} ms of CPU each; a look {1000 * look / LOOKS:.2f} ms"
    )


def main(blobs: int = 1000, kilobytes: int = 100) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder, S3() as server:
        os.environ |= server.environ
        databases = Sqlite(Path(folder))
        for name, where in (("folder", f"{folder}/blobs"), ("S3", f"s3://{BUCKET}/blobs")):
            with databases.fresh() as url:
                print(f"{name:8} {asyncio.run(measure(url, where, blobs, 1000 * kilobytes))}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
