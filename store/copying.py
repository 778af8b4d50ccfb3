"""Copies a whole store into an empty database of either kind: the way from SQLite to PostgreSQL, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import BigInteger, Column, Table, func, insert, select

from store import engine as make
from store.database import Store
from store.errors import StoreDown, StoreError
from store.keyring import Keyring
from store.migrate import migrate
from store.schema import METADATA, blob, piece
from store.sealing import as_stored
from store.writer import TROUBLE, Tx

_ROWS = 500  # that are held at a time; of large values one
_LARGE = (blob, piece)

Progress = Callable[[int], None]
"""Told how many more rows were copied."""


async def copy(source: Store, target: str, keys: str, progress: Progress) -> None:
    """Copy everything that one snapshot of `source` holds to the database at `target`, and its keys to theirs: all, or nothing.

    Makes the tables of the target first. Raises StoreError where it holds anything already, StoreDown where it does not answer.
    """
    migrate(target, keys)
    engines = make.engines(make.parse(target), threads=1, keys=keys)
    await source.read(lambda tx: _copy(tx, source.keys, engines, progress))


def rows(tx: Tx) -> dict[str, int]:
    """How many there are to copy, by table."""
    return {table.name: tx.scalar(select(func.count()).select_from(table)) or 0 for table in METADATA.sorted_tables}


def _copy(origin: Tx, keys: Keyring, engines: make.Engines, progress: Progress) -> None:
    """The keys first: what can be read must never be without them."""
    try:
        with engines.write.begin() as goal:
            if any(rows(goal).values()) or not engines.keys.empty():
                raise StoreError("the other database is not empty")
            keys.copy(engines.keys)
            for table in METADATA.sorted_tables:
                _copy_table(origin, goal, table, progress)
    except TROUBLE as fault:
        raise StoreDown(type(fault).__name__) from None
    finally:
        engines.dispose()


def _copy_table(origin: Tx, goal: Tx, table: Table, progress: Progress) -> None:
    for batch in _batches(origin, table):
        goal.execute(insert(as_stored(table)), batch)
        progress(len(batch))
    if goal.dialect.name == "postgresql" and "id" in table.c and isinstance(table.c.id.type, BigInteger):
        _go_on_counting(goal, table.c.id)


def _go_on_counting(goal: Tx, numbered: Column[int]) -> None:
    """New rows must not be given the numbers of copied ones."""
    sequence = func.pg_get_serial_sequence(numbered.table.name, numbered.name)
    goal.execute(select(func.setval(sequence, func.coalesce(func.max(numbered), 0) + 1, False)))


def _batches(origin: Tx, table: Table) -> Iterator[list[dict[str, object]]]:
    found = origin.execute(select(as_stored(table)).execution_options(yield_per=1 if table in _LARGE else _ROWS))
    for batch in found.mappings().partitions():
        yield [dict(row) for row in batch]
