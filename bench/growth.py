"""What one message costs when many cases are stored: `python -m bench.growth [--cases 1000 100000] [--postgresql]`.

A thousand cases are made as the daemon makes them, and then copied in the database, table by table, with ids and keys of their
own, until there are as many as wanted. Their letters count as sent, and their raw mail is left behind; nothing looks at it. Then
new mail is decided in turns in each store, and the milliseconds of a message are compared with the smallest one's. Last, a daemon
is started on each.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    Text,
    cast,
    column,
    func,
    insert,
    literal,
    select,
    table,
    text,
    type_coerce,
    update,
)

from bench import beside
from bench.faults.daemon import Daemon
from bench.faults.place import free_ports, furnished
from bench.journey import arrived, house
from bench.whole import mails, start
from store import colleagues, inbound
from store.columns import METADATA, Key
from store.database import Store
from store.engine import engines, parse
from store.migrate import migrate
from store.schema import case, outbox
from store.sealing import Marked, SealedBytes
from tests.store.databases import empty
from workers import basics
from workers.clock import SystemClock, SystemIds
from workers.deciding.triage import Triage

FIRST = 1000
A_COMMIT = 100  # copies
APART = 1_000_000  # between the ids of one copy and of the next
NODES = {"node", "mailbox", "mailbox_lease"}  # who works here, not what was stored
WORDS = {"kind", "channel", "account", "media_type"}  # keys that name a sort of thing, and are the same in every copy

COPIES = table("copies", column("number", BigInteger))


async def decided(url: str, count: int, seed: int) -> float:
    """New messages a second, from their bytes to their letters in the outbox."""
    store = await Store.open(url)
    await store.enter("bench")
    await store.write(lambda tx: colleagues.know(tx, house().policy))
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
    tables = [each for each in METADATA.sorted_tables if each.name not in NODES]
    with engine.write.connect() as tx:
        there = tx.scalar(select(func.count()).select_from(case)) or 1
        tx.execute(update(outbox).values(state="sent", next_attempt_at=None, sent_at=outbox.c.created_at))
        if (
            tx.dialect.name == "postgresql"
        ):  # copies refer to copies: asking for every row whether they do takes an hour
            tx.execute(text("SET session_replication_role = replica"))
        for each in tables:
            tx.execute(text(f'CREATE TEMPORARY TABLE "first_{each.name}" AS SELECT * FROM "{each.name}"'))
        tx.execute(text("CREATE TEMPORARY TABLE copies (number BIGINT)"))
        wanted = range(1, round(cases / there))
        for start in range(0, len(wanted), A_COMMIT):
            copies = wanted[start : start + A_COMMIT]
            tx.execute(insert(COPIES), [{"number": number} for number in copies])
            for each in tables:
                _copy(tx, each, copies)
            tx.commit()
        tx.execute(text("ANALYZE"))
        tx.commit()
    engine.dispose()


def _copy(tx: Connection, into: Table, copies: Sequence[int]) -> None:
    """The rows of the first thousand once more for every copy, with ids and keys of their own."""
    first = into.to_metadata(MetaData(), name=f"first_{into.name}")
    moved = [_moved(each, first.c[each.name], COPIES.c.number) for each in into.columns]
    some = COPIES.c.number.between(copies[0], copies[-1])
    rows = select(*moved).select_from(first.join(COPIES, some))  # row by row, all its copies: neighbours in every index
    tx.execute(insert(into).from_select(list(into.columns), rows))


def _moved(own: Column[Any], first: Column[Any], copy: ColumnElement[int]) -> Any:
    keys = [own, *(key.column for key in own.foreign_keys)]
    if any(isinstance(each.type, BigInteger) for each in keys):
        return first if own.name == "node_id" else first + copy * APART
    if isinstance(own.type, LargeBinary | SealedBytes):
        return cast(literal(b""), LargeBinary)
    if isinstance(own.type, Key | Marked) and own.name not in WORDS:
        return type_coerce(first, Text) + "~" + cast(copy, Text)
    return first


@contextmanager
def stores(sizes: list[int], postgresql: bool) -> Iterator[dict[int, str]]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="answerable-bench-"))
        urls = {size: f"sqlite:///{folder}/{size}.db" for size in sizes}
        if postgresql:
            urls = {size: stack.enter_context(empty(f"answerable_growth_{os.getpid()}_{size}")) for size in sizes}
        for size, url in urls.items():
            began = time.perf_counter()
            fill(url, size)
            print(f"{size} cases stored in {time.perf_counter() - began:.0f} s", flush=True)
        yield urls


async def started(url: str) -> float:
    """Seconds from the start of a daemon on what is stored there until it answers for a mail."""
    with furnished(database=url, sink=free_ports(1)[0]) as place:
        daemon = Daemon(place)
        try:
            return await start(place, daemon)
        finally:
            await daemon.stop()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, nargs="+", default=[1000, 100_000])
    options.add_argument("--messages", type=int, default=200)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--postgresql", action="store_true")
    chosen = options.parse_args()
    beside.quiet()
    beside.tidy()

    def way(url: str) -> Callable[[int], float]:
        return lambda turn: beside.run(decided(url, chosen.messages, turn + 1))

    with stores(chosen.cases, chosen.postgresql) as urls:
        ways = {f"{size} cases stored": way(url) for size, url in urls.items()}
        beside.report(beside.rounds(ways, chosen.rounds))
        for size, url in urls.items():
            print(f"{size} cases stored, start to the first 250: {beside.run(started(url)):.2f} s")


if __name__ == "__main__":
    main()
