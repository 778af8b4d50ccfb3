"""Whether the daemon can keep what it is offered: asked by /readyz."""

from __future__ import annotations

from sqlalchemy import select

from intake.ports import TryLater
from store.database import Store


class Readiness:
    """Asks the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def missing(self) -> list[str]:
        """Slugs of what is missing; [] when ready."""
        try:
            await self._store.read(lambda tx: tx.scalar(select(1)))
        except TryLater:
            return ["database"]
        return []
