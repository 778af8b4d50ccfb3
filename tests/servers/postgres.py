"""A private PostgreSQL on loopback, from Debian's package: a real server that tests may stop, lock and starve."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from store.migrate import migrate
from tests.servers.dovecot import free_port

CONNECTIONS = 24
CONFIG = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{home}'
max_connections = {connections}
superuser_reserved_connections = 2
shared_buffers = 16MB
"""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server with one migrated database, for a user who is no superuser: none of its connections is reserved."""

    home: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://desk@127.0.0.1:{self.port}/desk"

    def start(self) -> None:
        self._ctl("start", "-w", "-l", str(self.home / "log"))

    def stop(self) -> None:
        """At once, as when the machine fails: it has to recover at its next start."""
        self._ctl("stop", "-m", "immediate")

    def do(self, statement: str) -> None:
        with self.connected() as connection:
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]

    @contextmanager
    def down(self) -> Iterator[None]:
        self.stop()
        yield
        self.start()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Somebody else holds the tables that mail and letters are written to."""
        with self.connected(autocommit=False) as connection:
            connection.execute("LOCK TABLE inbound, outbox IN ACCESS EXCLUSIVE MODE")
            yield

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """As a server is that others fail over to, before it is told to lead."""
        self._set("on")
        yield
        self._set("off")

    @contextmanager
    def full(self) -> Iterator[None]:
        """Those connections that there were are gone, and no further one is to be had."""
        with ExitStack() as stack:
            for _ in range(CONNECTIONS):
                self.do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'answerable'")
                with suppress(psycopg.OperationalError):
                    stack.enter_context(psycopg.connect(self.url))
            yield

    def connected(self, *, autocommit: bool = True) -> psycopg.Connection:
        """As the superuser, for whom a connection is reserved."""
        return psycopg.connect(f"postgresql://postgres@127.0.0.1:{self.port}/desk", autocommit=autocommit)

    def _set(self, value: str) -> None:
        self.do(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        self.do("SELECT pg_reload_conf()")

    def _ctl(self, *words: str) -> None:
        _as_owner(_tool("pg_ctl"), "-D", str(self.home / "data"), "-s", *words)


@contextmanager
def running() -> Iterator[Server]:
    """A server for the length of the block."""
    home = Path(tempfile.mkdtemp(prefix="answerable-postgres-"))
    server = Server(home=home, port=free_port())
    try:
        if os.geteuid() == 0:
            shutil.chown(home, "postgres", "postgres")
        _as_owner(_tool("initdb"), "-D", str(home / "data"), "-A", "trust", "-U", "postgres", "--no-sync")
        config = CONFIG.format(port=server.port, home=home, connections=CONNECTIONS)
        with (home / "data" / "postgresql.conf").open("a") as file:
            file.write(config)
        server.start()
        _furnish(server)
        yield server
    finally:
        with suppress(subprocess.CalledProcessError):
            server.stop()
        shutil.rmtree(home, ignore_errors=True)


def absent() -> str:
    """Why no server can be started here; "" where one can."""
    return "" if _tool("pg_ctl") else "PostgreSQL's server is not installed"


def _furnish(server: Server) -> None:
    with psycopg.connect(f"postgresql://postgres@127.0.0.1:{server.port}/postgres", autocommit=True) as connection:
        connection.execute("CREATE ROLE desk LOGIN")
        connection.execute("CREATE DATABASE desk OWNER desk")
    migrate(server.url)


def _tool(name: str) -> str:
    """The newest that Debian has installed, "" for none: its folder is on nobody's path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(found[-1]) if found else ""


def _as_owner(*command: str) -> None:
    """PostgreSQL refuses to run for root."""
    who = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*who, *command], check=True, cwd="/", stdout=subprocess.DEVNULL)
