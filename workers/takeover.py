"""Taking over what other processes left behind: letters and messages whose lease has ended, while we run."""

from __future__ import annotations

import structlog

from intake.ports import Clock
from store import recovery
from store.database import Store
from workers.runner import Runner

log = structlog.get_logger()


class Takeover(Runner):
    """Several nodes share one database: what one had taken up when it ended, another takes up when the time has run out."""

    name = "takeover"
    poll_seconds = 10.0

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__()
        self._store = store
        self._clock = clock

    async def once(self) -> int:
        await recover(self._store, self._clock, alone=False)
        return 0


async def recover(store: Store, clock: Clock, *, alone: bool) -> None:
    """Letters that were being sent are sent again, or listed as unknown; what was taken up is given back."""
    now = clock.now()
    unknown = await store.write(lambda tx: recovery.recover(tx, now=now, alone=alone))
    if unknown:
        log.warning("letters_unknown", count=len(unknown), outbox_ids=unknown)
