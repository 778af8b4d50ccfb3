"""One thing that an audit found wrong, and how rows are read for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Select, Table, func, select

from store.writer import Tx

_AT_ONCE = 200  # rows in memory


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What is wrong, as a slug, and with which row: its table and key."""

    slug: str
    where: str


def stream(tx: Tx, statement: Select[Any]) -> Iterator[Any]:
    """The rows of a large result, a few at a time."""
    return iter(tx.execute(statement, execution_options={"yield_per": _AT_ONCE}))


def repeated(tx: Tx, table: Table, *columns: Column[Any]) -> Iterator[Fault]:
    """Rows that share a key which is to be unique; found by reading the table, not by trusting its index."""
    plain = [func.coalesce(column, "") for column in columns]
    statement = (
        select(func.min(table.c[next(iter(table.primary_key.columns)).name])).group_by(*plain).having(func.count() > 1)
    )
    for key in tx.scalars(statement):
        yield Fault(slug="identity-shared", where=f"{table.name}:{key}")
