"""Telling staff, a few times a day, what else was held in their name: a flood of forged mail must not become one of letters."""

from __future__ import annotations

from collections.abc import Callable

from intake.deciding.decision import Due
from intake.letters.digest import AFTER, digest
from intake.ports import Clock
from store import holds
from store.database import Store
from store.writer import Tx
from workers.deciding.desk import Desk
from workers.runner import Runner


class Digester(Runner):
    """One person's digest at a time, in one transaction with the note that they were told."""

    name = "digester"
    poll_seconds = 60.0

    def __init__(self, store: Store, desk: Desk, clock: Clock, written: Callable[[], None]) -> None:
        super().__init__()
        self._store = store
        self._desk = desk
        self._clock = clock
        self._written = written

    async def once(self) -> int:
        told = await self._store.write(self._tell)
        if told:
            self._written()
        return told

    def _tell(self, tx: Tx) -> int:
        now = self._clock.now()
        held = holds.untold(tx, before=now - AFTER)
        person = self._desk.policy.person(held[0].person) if held else None
        if person is not None:
            letter = digest(held, person, self._desk.letters, now=now)
            self._desk.write(tx, Due(letters=(letter,)), now)
        holds.told(tx, held, now=now)
        return len(held)
