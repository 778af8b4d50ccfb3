"""Inserting what may be there already. Both databases can, each in a dialect of its own."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Table

from store.writer import Tx


def missing(tx: Tx, table: Table) -> Any:
    """An INSERT that leaves a row alone which exists already."""
    return _missing(tx.dialect.name, table)


def added(tx: Tx, table: Table, *also: str) -> Any:
    """The same, returning the key of each new row, with these columns; nothing of a row that was there."""
    return _added(tx.dialect.name, table, *also)


def upsert(tx: Tx, table: Table) -> Any:
    """An INSERT that replaces the row with the same primary key."""
    return _upsert(tx.dialect.name, table)


def restored(tx: Tx, table: Table, lost: str) -> Any:
    """An INSERT that replaces a row with the same primary key where this column of it is NULL, and holds it where it is not."""
    return _restored(tx.dialect.name, table, lost)


@cache
def _missing(dialect: str, table: Table) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _added(dialect: str, table: Table, *also: str) -> Any:
    return _missing(dialect, table).returning(next(iter(table.primary_key.columns)), *(table.c[name] for name in also))


@cache
def _upsert(dialect: str, table: Table) -> Any:
    return _replacing(dialect, table)


@cache
def _restored(dialect: str, table: Table, lost: str) -> Any:
    return _replacing(dialect, table, where=table.c[lost].is_(None))


def _replacing(dialect: str, table: Table, **terms: Any) -> Any:
    statement = _insert(dialect, table)
    keys = [column.name for column in table.primary_key.columns]
    rest = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=rest, **terms)


def _insert(dialect: str, table: Table) -> Any:
    """The dialect of the database that is used is there already; the other one would only take up memory."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
