"""Whether the daemon can keep what it is offered: asked by /readyz."""

from __future__ import annotations

from sqlalchemy import select

from intake.ports import TryLater
from store.database import Store
from workers.watching.watch import Watch

NEEDED = ("database", "space")  # without these nothing is kept


class Readiness:
    """Asks the database, and whoever watches what it needs."""

    def __init__(self, store: Store, watch: Watch) -> None:
        self._store = store
        self._watch = watch

    async def missing(self) -> list[str]:
        """Slugs of what is missing; [] when ready."""
        lost = set(self._watch.raised)
        try:
            await self._store.read(lambda tx: tx.scalar(select(1)))
        except TryLater:
            lost.add("database")
        return [what for what in NEEDED if what in lost]
