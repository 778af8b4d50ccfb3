"""Fresh databases for tests: a copy of a migrated SQLite file, or a PostgreSQL database that is emptied."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import sql

from store.keyring import SCHEMA
from store.migrate import migrate
from store.schema import METADATA

SERVER = os.environ.get("ANSWERABLE_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")

_FROM_ONE = sql.SQL("SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences")


class Sqlite:
    """A folder of databases."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.sqlite"
        self._folder = folder
        self._made = 0
        migrate(f"sqlite:///{self._template}")

    @contextmanager
    def fresh(self) -> Iterator[str]:
        self._made += 1
        path = self._folder / f"{self._made}.sqlite"
        shutil.copy(self._template, path)
        yield f"sqlite:///{path}"


class Postgres:
    """One database on a server, emptied for every test, and gone afterwards."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._url = SERVER.rpartition("/")[0] + "/" + name
        self.close()
        self._do(SERVER, sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        migrate(self._url)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        deletes = [sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)) for table in METADATA.sorted_tables]
        # As a replica would, without triggers: the history of cases refuses to be emptied.
        keys = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SCHEMA))
        empty = sql.SQL("; ").join([sql.SQL("SET session_replication_role = replica"), keys, *deletes, _FROM_ONE])
        self._do(self._url, empty)
        yield self._url

    def close(self) -> None:
        self._do(SERVER, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self._name)))

    @staticmethod
    def _do(address: str, statement: sql.Composed) -> None:
        with psycopg.connect(address, autocommit=True, connect_timeout=3) as connection:
            connection.execute(statement)


@contextmanager
def empty(name: str) -> Iterator[str]:
    """A PostgreSQL database without any table, for the length of the block."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    for statement in (drop, sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))):
        Postgres._do(SERVER, statement)
    yield SERVER.rpartition("/")[0] + "/" + name
    Postgres._do(SERVER, drop)


def absent() -> str:
    """Why there is no PostgreSQL to test on; "" where there is one."""
    with suppress(psycopg.OperationalError), psycopg.connect(SERVER, connect_timeout=3):
        return ""
    return "no PostgreSQL server (set ANSWERABLE_POSTGRES)"
