"""The store as the event loop sees it: functions of a transaction go in, their values come out when they are durable."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import URL, Engine, select

from store import engine as make
from store import nodes, versions
from store.errors import InUse, StoreDown, StoreError
from store.inserting import missing
from store.keyring import Keyring
from store.schema import METADATA, sealed_by
from store.sealing import mark, unseal_bytes
from store.writer import TROUBLE, Tx, Writer

T = TypeVar("T")
_OURS = "the keys of this database"


class Store:
    """One database. Open it with `Store.open`, and close it."""

    def __init__(self, url: URL, *, keys: str, threads: int, batch: int, exclusive: bool) -> None:
        self._lock = _lock(url) if exclusive else None
        self._engines = make.engines(url, threads=threads, keys=keys)
        try:
            _prepare(self._engines)
        except BaseException:
            self._let_go()
            raise
        several = self._engines.writers > 1
        self._writer = Writer(self._engines.write, threads=self._engines.writers, batch=batch)
        self._urgent = Writer(self._engines.write, threads=1, batch=1) if several else self._writer
        self._node: int | None = None
        self._readers = ThreadPoolExecutor(threads, thread_name_prefix="store-read")

    @classmethod
    async def open(
        cls, url: str, *, keys: str = "", threads: int = 4, batch: int = 50, exclusive: bool = True
    ) -> Store:
        """Open `sqlite:///path`, `postgresql://...`, or `sqlite://`: a database in memory that ends with the store.

        `keys` is the address of its keys, where they are not beside it. `exclusive` keeps a second daemon off a SQLite file;
        verbs that only look in pass False. Raises SchemaError when the tables are not those of this code, InUse when another
        daemon has the file, StoreDown when the database does not answer.
        """
        parsed = make.parse(url)
        try:
            return await asyncio.to_thread(cls, parsed, keys=keys, threads=threads, batch=batch, exclusive=exclusive)
        except TROUBLE as fault:
            raise StoreDown(type(fault).__name__) from None

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in a transaction and return its value once it is committed.

        What `fn` raises comes out here, and leaves nothing behind; StoreDown says that the database failed. On PostgreSQL `fn`
        may run more than once, so it must not touch anything but its transaction.
        """
        return await self._writer.submit(fn)  # type: ignore[no-any-return]

    async def write_long(self, fn: Callable[[Tx], T]) -> T:
        """The same for what takes long: what others write does not wait for all of it, but takes turns with it."""
        return await self._writer.submit(fn, long=True)  # type: ignore[no-any-return]

    async def write_now(self, fn: Callable[[Tx], T]) -> T:
        """The same, waiting for nobody: on PostgreSQL there is a thread for it. A node says by it that it lives."""
        return await self._urgent.submit(fn)  # type: ignore[no-any-return]

    async def enter(self, name: str) -> list[int]:
        """Begin to take work up, as a node with an id of its own, which ends when the store is closed.

        From now on every write raises NodeEnded once others have declared the node dead. Whoever has the database alone ends all
        former nodes at once. Returns the ids of letters that are now `unknown`.
        """
        self._node = node_id = await self.write(lambda tx: nodes.join(tx, name))
        for writer in (self._writer, self._urgent):
            writer.fence(lambda tx: nodes.require(tx, node_id))
        return await self.write(lambda tx: nodes.end_others(tx, node_id)) if self.alone else []

    @property
    def node(self) -> int:
        """The id of the node that this store is. Raises StoreError where it is none."""
        if self._node is None:
            raise StoreError("work was taken up before the node was entered")
        return self._node

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` on one consistent snapshot that cannot be written to."""
        if self._engines.read is None:
            return await self.write(fn)
        return await asyncio.get_running_loop().run_in_executor(self._readers, _read, self._engines.read, fn)

    @property
    def keys(self) -> Keyring:
        """What personal data is sealed with."""
        return self._engines.keys

    def unseal(self, stored: bytes) -> bytes | None:
        """Bytes that were sealed here; None where their key is gone. Raises ValueError where they were changed."""
        return unseal_bytes(self.keys, stored)

    def fault(self) -> str:
        """What the database did wrong in a write since this was last asked, without data; "" for nothing."""
        return self._writer.fault() or self._urgent.fault()

    @property
    def alone(self) -> bool:
        """Nobody else takes work up from this database: it is a SQLite file that this store holds, or in memory."""
        return self._engines.write.dialect.name == "sqlite" and (self._lock is not None or self._engines.read is None)

    async def close(self) -> None:
        """Finish what was begun, then let go of the database."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writer.close()
        self._urgent.close()
        self._readers.shutdown()
        self._leave()
        self._let_go()

    def _leave(self) -> None:
        """Give everything back at once, rather than have others wait."""
        if self._node is not None:
            with suppress(*TROUBLE), self._engines.write.begin() as tx:
                nodes.end(tx, self._node)

    def _let_go(self) -> None:
        self._engines.dispose()
        if self._lock is not None:
            os.close(self._lock)


def _prepare(engines: make.Engines) -> None:
    """A database in memory gets its tables; any other must have those of this code."""
    if engines.read is None:
        METADATA.create_all(engines.write)
    else:
        versions.require(engines.read)
    _recognise(engines)


def _recognise(engines: make.Engines) -> None:
    """The keys must be those that the database was begun with: others open nothing."""
    with engines.write.begin() as tx:
        begun = tx.scalar(select(sealed_by.c.mark))
        if begun is None:
            tx.execute(missing(tx, sealed_by), {"mark": _OURS})
        elif engines.keys.empty() or begun != mark(tx.dialect, _OURS):
            raise StoreError("the keys are not those of this database: put the right ones where `database.keys` says")


def _read(engine: Engine, fn: Callable[[Tx], T]) -> T:
    try:
        with engine.connect() as tx, tx.begin():
            return fn(tx)
    except TROUBLE as fault:
        raise StoreDown(type(fault).__name__) from None


def _lock(url: URL) -> int | None:
    """Hold the database for this process. The lock ends with the process, however that ends."""
    path = make.sqlite_path(url)
    if path is None:
        return None
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise InUse("another daemon is using this database") from None
    return lock
