"""Databases that a bench may look into byte by byte: a SQLite file, or a PostgreSQL server of its own with all its files."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from store.keyring import SCHEMA
from store.migrate import migrate
from tests.servers import postgres
from tests.servers.postgres import Server


@dataclass(frozen=True, kw_only=True)
class Place:
    """A database with its keys, and how it is saved to a file, and put back."""

    url: str
    folder: Path
    server: Server | None

    def save(self, to: Path) -> None:
        """A backup as docs/operating.md says: without the keys."""
        if self.server:
            subprocess.run(["pg_dump", f"--exclude-schema={SCHEMA}", "-f", str(to), self.url], check=True)
            return
        with closing(sqlite3.connect(self._file)) as origin, closing(sqlite3.connect(to)) as goal:
            origin.backup(goal)

    def put_back(self, backup: Path) -> None:
        """An old database, and the keys of today."""
        if self.server:
            fresh = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
            subprocess.run(["psql", "-q", "-c", fresh, self.url], check=True, stderr=subprocess.DEVNULL)
            subprocess.run(["psql", "-q", "-f", str(backup), self.url], check=True, stdout=subprocess.DEVNULL)
            return
        for beside in ("-wal", "-shm"):
            Path(f"{self._file}{beside}").unlink(missing_ok=True)
        shutil.copy(backup, self._file)

    def keys(self) -> dict[int, bytes | None]:
        """Every key by its number; None for one that was destroyed."""
        if self.server:
            with self.server.connected() as connection:
                return dict(connection.execute(f"SELECT number, secret FROM {SCHEMA}.key").fetchall())
        with closing(sqlite3.connect(f"{self._file}.keys")) as connection:
            return dict(connection.execute("SELECT number, secret FROM key").fetchall())

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Somebody has a transaction open all the while."""
        if self.server:
            with self.server.connected(autocommit=False) as connection:
                connection.execute("CREATE TABLE work AS SELECT pg_current_xact_id()")
                yield
        else:
            with closing(sqlite3.connect(self._file)) as connection:
                connection.execute("BEGIN").execute("SELECT count(*) FROM inbound").fetchone()
                yield

    def files(self) -> list[Path]:
        """All there are, with everything in them that was written so far. PostgreSQL keeps pages in memory for a while."""
        if self.server:
            self.server.do("CHECKPOINT")
        folders = (self.folder, *([self.server.home] if self.server else ()))
        return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())

    def log(self) -> list[Path]:
        """The server's write-ahead log as it lies there at this moment."""
        return sorted((self.server.home / "data" / "pg_wal").glob("0*")) if self.server else []

    def let_the_log_go(self) -> None:
        """As docs/operating.md says, on a server that keeps no old segments for new ones."""
        if self.server:
            self.server.do("SELECT pg_switch_wal()")
            self.server.do("CHECKPOINT")

    @property
    def _file(self) -> str:
        return self.url.removeprefix("sqlite:///")


@contextmanager
def place(*, on_postgres: bool) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="answerable-place-") as folder:
        if on_postgres:
            with postgres.running() as server:
                server.do("ALTER SYSTEM SET wal_recycle = off")
                server.do("SELECT pg_reload_conf()")
                yield Place(url=server.url, folder=Path(folder), server=server)
        else:
            url = f"sqlite:///{folder}/desk.db"
            migrate(url)
            yield Place(url=url, folder=Path(folder), server=None)
