"""Threads that run queued functions, many to a transaction, and say so only after the commit.

A durable commit costs the same for one message as for fifty, so whatever waits when a thread gets free shares the next one. Each
function runs under a savepoint: one that fails spoils no other. What takes long goes by itself, in turns with
the rest, and whatever came meanwhile shares its commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, exc

from store.errors import StoreDown
from store.waiting import Waiting

Tx: TypeAlias = Connection
"""An open transaction. It is the function's for the time of the call, and never outlives it."""

TROUBLE = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.PendingRollbackError, exc.TimeoutError)
"""What means that the database, not the request, is at fault."""

_COLLISIONS = {"40001", "40P01"}  # serialization failure and deadlock: nothing is wrong, it must be done again
_TRIES = 5


@dataclass(kw_only=True, slots=True)
class _Job:
    run: Callable[[Tx], Any]
    future: asyncio.Future[Any]
    long: bool
    tries: int = 0
    value: Any = None
    fault: BaseException | None = None

    @property
    def collided(self) -> bool:
        """It met another node's work, and may be tried again."""
        return isinstance(self.fault, TROUBLE) and self.tries < _TRIES

    def tell(self) -> None:
        """Resolve the future. Runs in the event loop."""
        if self.future.cancelled():
            return
        if self.fault is None:
            self.future.set_result(self.value)
        else:
            self.future.set_exception(_sayable(self.fault))


def _sayable(fault: BaseException) -> BaseException:
    """As it comes out of a future, which cannot hold a StopIteration: that would leave its caller waiting for ever."""
    if isinstance(fault, TROUBLE):
        return StoreDown("collision")
    return RuntimeError("a transaction raised StopIteration") if isinstance(fault, StopIteration) else fault


class Writer:
    """Runs functions in transactions of `engine`, by so many threads, up to `batch` in one transaction."""

    def __init__(self, engine: Engine, *, threads: int, batch: int) -> None:
        self._engine = engine
        self._waiting: Waiting[_Job] = Waiting(share=threads, most=batch)
        self._closed = False
        self._fault = ""
        self._require: Callable[[Tx], None] = lambda tx: None
        self._threads = [Thread(target=self._work, name=f"store-{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def fence(self, require: Callable[[Tx], None]) -> None:
        """Have every transaction from now on begin with this, which may refuse it."""
        self._require = require

    def submit(self, run: Callable[[Tx], Any], *, long: bool = False) -> asyncio.Future[Any]:
        """The future of its value: resolved after the commit. StoreDown where nothing was kept."""
        if self._closed:
            raise StoreDown("closed")
        job = _Job(run=run, future=asyncio.get_running_loop().create_future(), long=long)
        self._waiting.put(job, long=long)
        return job.future

    def fault(self) -> str:
        """What the database did wrong since this was last asked: a kind and its own code for it; "" for nothing."""
        fault, self._fault = self._fault, ""
        return fault

    def close(self) -> None:
        """Finish what was submitted, then end. Blocks."""
        self._closed = True
        self._waiting.close()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while jobs := self._waiting.take():
            again = self._commit(_wanted(jobs))
            while again:
                again = [job for alone in again for job in self._commit([alone])]

    def _commit(self, jobs: list[_Job]) -> list[_Job]:
        """Run them in one transaction and answer. Returns those that collided with another node's work."""
        if not jobs:
            return []
        try:
            with self._engine.connect() as tx:
                self._transact(tx, jobs)
        except Exception as fault:  # whatever it was, nothing was kept, and nobody may wait for ever
            self._fault = f"{type(fault).__name__} {sqlstate(fault)}".strip()
            for job in jobs:
                job.fault = fault if isinstance(fault, StoreDown) else StoreDown(type(fault).__name__)
        _answer([job for job in jobs if not job.collided])
        return [job for job in jobs if job.collided]

    def _transact(self, tx: Tx, jobs: list[_Job]) -> None:
        try:
            with tx.begin():
                self._require(tx)
                for job in jobs:
                    _attempt(tx, job)
                if jobs[0].long:
                    jobs.extend(came := _wanted(self._waiting.short()))
                    for job in came:
                        _attempt(tx, job)
        except Exception:
            tx.invalidate()  # after a failed write to disk, the state of a connection is not to be trusted
            raise


def _wanted(jobs: list[_Job]) -> list[_Job]:
    """Without those for which nobody waits any longer."""
    return [job for job in jobs if not job.future.cancelled()]


def sqlstate(fault: BaseException) -> str:
    """The database's own code for what happened, "" where it has none."""
    original = fault.orig if isinstance(fault, exc.DBAPIError) else None
    return str(getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None) or "")


def _attempt(tx: Tx, job: _Job) -> None:
    """Run one job under a savepoint. Raises only for trouble with the database as a whole."""
    job.tries += 1
    job.fault = None
    tx.exec_driver_sql("SAVEPOINT job")
    try:
        job.value = job.run(tx)
    except Exception as fault:
        if isinstance(fault, TROUBLE) and sqlstate(fault) not in _COLLISIONS:
            raise
        job.fault = fault
        tx.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
    tx.exec_driver_sql("RELEASE SAVEPOINT job")


def _answer(jobs: list[_Job]) -> None:
    """Wake the event loop once for all of them: waking it for each would cost more than the work."""
    if jobs:
        with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
            jobs[0].future.get_loop().call_soon_threadsafe(_tell, jobs)


def _tell(jobs: list[_Job]) -> None:
    for job in jobs:
        job.tell()
