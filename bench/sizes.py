"""How many bytes a message costs on PostgreSQL, by table: rows, and what their indexes add. `python -m bench.sizes`.

The messages are those of `bench.workload`, decided with all their letters. A table's own part has what PostgreSQL keeps beside it
(TOAST) in it; both are taken after VACUUM, as `pg_table_size` and `pg_indexes_size` say.
"""

from __future__ import annotations

import argparse
import os

from sqlalchemy import create_engine, func, select, text

from bench.journey import A_COMMIT, arrived, house, mail
from store import colleagues, inbound
from store.engine import engines, parse
from store.schema import METADATA, blob
from store.schema.arrivals import LARGE
from tests.store.databases import Postgres
from workers import basics
from workers.clock import SystemIds
from workers.deciding.understanding import understand


def fill(url: str, count: int) -> None:
    """Have so many messages decided."""
    loaded = house()
    desk = basics.desk(loaded, SystemIds())
    raws = [arrived(number, blob) for number, blob in enumerate(mail(count, 1, False))]
    engine = engines(parse(url), threads=1)
    with engine.write.begin() as tx:
        colleagues.know(tx, desk.policy)
    for first in range(0, count, A_COMMIT):
        with engine.write.begin() as tx:
            for raw in raws[first : first + A_COMMIT]:
                inbound_id = inbound.receive(tx, raw).inbound_id
                desk.settle(tx, {inbound_id: understand(raw, desk.policy)}, now=raw.received_at)
    engine.dispose()


def report(url: str, count: int) -> None:
    """A line a table."""
    engine = create_engine(parse(url), isolation_level="AUTOCOMMIT")
    sizes = text("SELECT pg_table_size(:name), pg_indexes_size(:name)")
    total = 0.0
    print(f"{'table':16} {'rows':>8} {'a message':>10} {'bytes a row':>12} {'of indexes':>11} {'a message, KB':>14}")
    with engine.connect() as tx:
        tx.execute(text("VACUUM"))
        for table in METADATA.sorted_tables:
            rows = tx.scalar(text(f'SELECT count(*) FROM "{table.name}"')) or 0
            if not rows:
                continue
            own, indexes = tx.execute(sizes, {"name": f'"{table.name}"'}).one()
            total += own + indexes
            each = f"{rows / count:10.2f} {own / rows:12.0f} {indexes / rows:11.0f}"
            print(f"{table.name:16} {rows:8} {each} {(own + indexes) / count / 1000:14.2f}")
        large, held = tx.execute(select(func.count(), func.sum(blob.c.size)).where(LARGE)).one()
    engine.dispose()
    print(f"together {total / count / 1000:.1f} KB a message")
    print(
        f"of which {held / count / 1000:.1f} KB are in {large / count:.2f} blobs that can be moved to an object store"
    )


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.sizes", description=__doc__)
    options.add_argument("--count", type=int, default=5000)
    said = options.parse_args()
    server = Postgres(f"answerable_sizes_{os.getpid()}")
    try:
        with server.fresh() as url:
            fill(url, said.count)
            report(url, said.count)
    finally:
        server.close()


if __name__ == "__main__":
    main()
