"""What one message costs when many cases are stored: `python -m bench.growth [--cases 1000 100000] [--postgresql]`.

A thousand cases are made as the daemon makes them, and then copied in the database, table by table, with ids and keys of their
own, until there are as many as wanted. Their raw mail is left behind; nothing looks at it. Then new mail is decided in turns in
each store, and the milliseconds of a message are compared with the smallest one's.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    cast,
    func,
    insert,
    literal,
    select,
    text,
)

from bench import beside
from bench.journey import arrived, house
from bench.whole import mails
from store import inbound
from store.columns import METADATA, Key
from store.database import Store
from store.engine import engines, parse
from store.migrate import migrate
from store.schema import case
from tests.store.databases import Postgres
from workers import basics
from workers.clock import SystemClock, SystemIds
from workers.triage import Triage

FIRST = 1000
APART = 1_000_000  # between the ids of one copy and of the next
NODES = {"node", "mailbox", "mailbox_lease"}  # who works here, not what was stored
WORDS = {"kind", "channel", "account", "media_type"}  # keys that name a sort of thing, and are the same in every copy


async def decided(url: str, count: int, seed: int) -> float:
    """New messages a second, from their bytes to their letters in the outbox."""
    store = await Store.open(url)
    await store.enter("bench")
    ids = SystemIds()
    triage = Triage(store, basics.desk(house(), ids), SystemClock(), decided=lambda: None)
    raws = [arrived(seed * APART + number, blob) for number, (_, blob) in enumerate(mails(count, seed))]
    began = time.perf_counter()
    for first in range(0, count, 50):
        await store.write(partial(inbound.receive_all, raws=raws[first : first + 50]))
        while await triage.once():
            await triage.settled()
    took = time.perf_counter() - began
    await store.close()
    return count / took


def fill(url: str, cases: int) -> None:
    """From the first thousand to so many."""
    migrate(url)
    beside.run(decided(url, FIRST, 0))
    engine = engines(parse(url), threads=1)
    tables = [table for table in METADATA.sorted_tables if table.name not in NODES]
    with engine.write.connect() as tx:
        there = tx.scalar(select(func.count()).select_from(case)) or 1
        for table in tables:
            tx.execute(text(f'CREATE TEMPORARY TABLE "first_{table.name}" AS SELECT * FROM "{table.name}"'))
        for copy in range(1, round(cases / there)):
            for table in tables:
                _copy(tx, table, copy)
            tx.commit()
        tx.execute(text("ANALYZE"))
        tx.commit()
    engine.dispose()


def _copy(tx: Connection, table: Table, copy: int) -> None:
    """The rows of the first thousand once more, with ids and keys of their own."""
    first = table.to_metadata(MetaData(), name=f"first_{table.name}")
    moved = [_moved(column, first.c[column.name], copy) for column in table.columns]
    tx.execute(insert(table).from_select(list(table.columns), select(*moved)))


def _moved(column: Column[Any], first: Column[Any], copy: int) -> Any:
    keys = [column, *(key.column for key in column.foreign_keys)]
    if any(isinstance(each.type, BigInteger) for each in keys):
        return first if column.name == "node_id" else first + copy * APART
    if isinstance(column.type, LargeBinary):
        return cast(literal(b""), LargeBinary)
    return first + f"~{copy}" if isinstance(column.type, Key) and column.name not in WORDS else first


@contextmanager
def stores(sizes: list[int], postgresql: bool) -> Iterator[dict[int, str]]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="answerable-bench-"))
        urls = {size: f"sqlite:///{Path(folder)}/{size}.db" for size in sizes}
        if postgresql:
            server = Postgres(f"answerable_growth_{os.getpid()}")
            stack.callback(server.close)
            urls = {size: stack.enter_context(server.fresh()) for size in sizes}
        for size, url in urls.items():
            began = time.perf_counter()
            fill(url, size)
            print(f"{size} cases stored in {time.perf_counter() - began:.0f} s", flush=True)
        yield urls


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, nargs="+", default=[1000, 100_000])
    options.add_argument("--messages", type=int, default=200)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--postgresql", action="store_true")
    chosen = options.parse_args()
    beside.quiet()

    def way(url: str) -> Callable[[int], float]:
        return lambda turn: beside.run(decided(url, chosen.messages, turn + 1))

    with stores(chosen.cases, chosen.postgresql) as urls:
        ways = {f"{size} cases stored": way(url) for size, url in urls.items()}
        beside.report(beside.rounds(ways, chosen.rounds))


if __name__ == "__main__":
    main()
