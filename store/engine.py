"""Makes engines: the two databases, each set up so that a commit is a promise.

SQLite runs with `synchronous=FULL` in WAL mode, its keys without a log; PostgreSQL with `synchronous_commit=on`. Writers begin
with BEGIN IMMEDIATE, because a SQLite transaction that reads first and writes later fails at once when somebody else writes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from store.errors import StoreError
from store.keyring import SCHEMA, Keyring
from store.sealing import attach

# What SQLite needs to take a savepoint back stays in memory: a file of it cost 60 writes a message.
_PRAGMAS = ("synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON", "cache_size=-4000", "temp_store=MEMORY")
_LOGGED = ("journal_mode=WAL", *_PRAGMAS)
# A key that is destroyed is in no log, nor in free pages.
_FORGETFUL = ("journal_mode=TRUNCATE", "secure_delete=ON", *_PRAGMAS)
# A network that swallows everything is a fault after seconds at either end; left alone, the kernel waits a quarter of an hour.
_POSTGRES = "-c timezone=UTC -c synchronous_commit=on -c lock_timeout=10s -c tcp_user_timeout=6000"
_CUT_OFF = {"keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 3, "tcp_user_timeout": 5000}


@dataclass(frozen=True, kw_only=True, slots=True)
class Engines:
    """`read` is None where only the writer's connection sees the data: a database in memory."""

    write: Engine
    read: Engine | None
    writers: int  # how many threads may write at once
    keys: Keyring  # what is written is sealed with, and what is read unsealed

    def dispose(self) -> None:
        self.keys.dispose()
        self.write.dispose()
        if self.read is not None:
            self.read.dispose()


def parse(url: str) -> URL:
    """The database's address. Raises StoreError for what is none, or is of a kind that is not supported."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # their words quote the address, and there may be a password in it
        raise StoreError("the database address cannot be read; write sqlite:///path or postgresql://...") from None
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite":
        return parsed.set(drivername="sqlite")
    raise StoreError("only sqlite and postgresql databases are supported")


def sqlite_path(url: URL) -> Path | None:
    """The file of a SQLite database; None for one in memory, and for other databases."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def engines(url: URL, *, threads: int, keys: str = "") -> Engines:
    """Engines for one store, whose keys are at another address. Nothing is connected yet."""
    ring = keyring(parse(keys) if keys else _beside(url))
    if url.get_backend_name() == "postgresql":
        made = _postgres(url, threads, ring)
    elif (path := sqlite_path(url)) is None:
        write = _sqlite(url, begin="BEGIN IMMEDIATE", poolclass=StaticPool)
        made = Engines(write=write, read=None, writers=1, keys=ring)
    else:
        _make_private(path)
        made = Engines(
            write=_sqlite(url, begin="BEGIN IMMEDIATE", pool_size=1, max_overflow=0),
            read=_sqlite(url, begin="BEGIN", query_only=True, pool_size=threads),
            writers=1,
            keys=ring,
        )
    for engine in filter(None, (made.write, made.read)):
        attach(engine.dialect, ring)
    return made


def keyring(url: URL) -> Keyring:
    """The keys at an address, which are opened when the first one is needed."""
    if url.get_backend_name() == "postgresql":
        arguments = {"options": _POSTGRES, "connect_timeout": 5, "application_name": "answerable-keys", **_CUT_OFF}
        engine = create_engine(url, hide_parameters=True, pool_size=1, max_overflow=0, connect_args=arguments)
        return Keyring(engine.execution_options(schema_translate_map={None: SCHEMA}))
    pool: dict[str, Any] = {"poolclass": StaticPool}
    if path := sqlite_path(url):
        _make_private(path)
        pool = {"pool_size": 1, "max_overflow": 0}
    return Keyring(_sqlite(url, begin="BEGIN IMMEDIATE", pragmas=_FORGETFUL, **pool))


def _beside(url: URL) -> URL:
    """Where the keys are unless settings say it: a file beside the file of the database, or a schema of their own in it."""
    path = sqlite_path(url)
    return url if path is None else url.set(database=f"{path}.keys")


def _postgres(url: URL, threads: int, ring: Keyring) -> Engines:
    arguments = {"options": _POSTGRES, "connect_timeout": 5, "application_name": "answerable", **_CUT_OFF}
    engine = create_engine(url, hide_parameters=True, pool_size=2 * threads + 1, connect_args=arguments)
    read = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(write=engine, read=read, writers=threads, keys=ring)


def _sqlite(
    url: URL, *, begin: str, query_only: bool = False, pragmas: tuple[str, ...] = _LOGGED, **options: Any
) -> Engine:
    arguments = {"isolation_level": None, "check_same_thread": False, "timeout": 10}
    engine = create_engine(url, hide_parameters=True, connect_args=arguments, **options)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        for pragma in (*pragmas, *(("query_only=ON",) if query_only else ())):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _make_private(path: Path) -> None:
    """A complaint is nobody else's business: a new database is readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
