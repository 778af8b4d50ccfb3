"""How much waits, for whoever watches the daemon."""

from __future__ import annotations

from store.backlog import backlog
from store.database import Store
from workers.runner import Runner
from workers.watching.metrics import BACKLOG


class Gauges(Runner):
    """Reads the queues now and then."""

    name = "gauges"
    poll_seconds = 15.0

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    async def once(self) -> int:
        for queue, waiting in (await self._store.read(backlog)).items():
            BACKLOG.labels(queue=queue).set(waiting)
        return 0
