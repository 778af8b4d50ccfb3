"""Looking at the clock for every case: reminders, honest letters, follow-ups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from intake.case import Case
from intake.deciding.decision import Due
from intake.ports import Clock, TryLater
from store import cases
from store.database import Store
from store.errors import Conflict
from workers.deciding.desk import Desk
from workers.runner import Runner
from workers.watching.metrics import DUE

log = structlog.get_logger()
AFTER_A_FAULT = timedelta(minutes=1)  # a case is looked at again


class Reminder(Runner):
    """A case whose `next_look` has come is looked at once, in one transaction with what follows from it."""

    name = "reminder"
    poll_seconds = 5.0
    batch = 50

    def __init__(self, store: Store, desk: Desk, clock: Clock, written: Callable[[], None]) -> None:
        super().__init__()
        self._store = store
        self._desk = desk
        self._clock = clock
        self._written = written

    async def once(self) -> int:
        now = self._clock.now()
        found = await self._store.write(lambda tx: cases.due(tx, node=self._store.node, now=now, limit=self.batch))
        for case in found:
            await self._look(case)
        if found:
            self._written()
        return len(found)

    async def _look(self, case: Case) -> None:
        now = self._clock.now()
        try:
            done: Due = await self._store.write(lambda tx: self._desk.look(tx, case, now))
        except Conflict:
            return  # somebody wrote meanwhile: the case is looked at again
        except TryLater:
            raise
        except Exception as error:  # a fault of ours in one case must not keep the others waiting
            log.error("worker_fault", worker=self.name, case=case.ref, exc_info=error)
            await self._store.write(lambda tx: cases.put_back(tx, case.ref, next_look=now + AFTER_A_FAULT))
            return
        DUE.inc()
        kinds = [event.kind.value for change in done.changes for event in change.events]
        log.info("case_looked_at", case=case.ref, events=kinds, letters=[letter.kind.value for letter in done.letters])
