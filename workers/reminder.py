"""Looking at the clock for every case: reminders, honest letters, follow-ups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from intake.case import Case
from intake.decision import Due
from intake.ports import Clock
from store import cases
from store.database import Store
from store.errors import Conflict
from workers.desk import Desk
from workers.metrics import DUE
from workers.runner import Runner

log = structlog.get_logger()


class Reminder(Runner):
    """A case whose `next_look` has come is looked at once, in one transaction with what follows from it."""

    name = "reminder"
    poll_seconds = 5.0
    batch = 50
    lease = timedelta(minutes=1)

    def __init__(self, store: Store, desk: Desk, clock: Clock, owner: str, written: Callable[[], None]) -> None:
        super().__init__()
        self._store = store
        self._desk = desk
        self._clock = clock
        self._owner = owner
        self._written = written

    async def once(self) -> int:
        now = self._clock.now()
        found = await self._store.write(
            lambda tx: cases.due(tx, owner=self._owner, now=now, lease=self.lease, limit=self.batch)
        )
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
        DUE.inc()
        kinds = [event.kind.value for change in done.changes for event in change.events]
        log.info("case_looked_at", case=case.ref, events=kinds, letters=[letter.kind.value for letter in done.letters])
