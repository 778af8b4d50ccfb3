"""Deletes, once a day, what has been kept for as long as the settings say."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from intake.policy import Policy
from intake.ports import Clock
from intake.retention import Class, since
from store import expiring, nodes
from store.database import Store
from store.expiring import Terms
from workers.runner import Runner

log = structlog.get_logger()


async def expire(store: Store, what: Class, period: str, policy: Policy, clock: Clock) -> int:
    """The next batch of one class. Returns how many messages or cases went, 0 when nothing is left."""
    now = clock.now()
    terms = Terms(what=what, before=since(period, now), policy=policy, now=now)
    announced = await store.write(lambda tx: expiring.announce(tx, terms))
    return await store.write(lambda tx: expiring.delete(tx, terms, announced)) if announced else 0


class Retainer(Runner):
    """A batch at a time, of the eldest node: a first run may have years to delete, and what comes in has the disk first."""

    name = "retainer"
    poll_seconds = 24 * 3600.0
    pause_seconds = 300.0

    def __init__(self, store: Store, periods: Mapping[Class, str], policy: Policy, clock: Clock) -> None:
        super().__init__()
        self._store = store
        self._periods = periods
        self._policy = policy
        self._clock = clock

    async def once(self) -> int:
        if await self._store.read(nodes.eldest) != self._store.node:
            return 0
        for what, period in self._periods.items():
            if gone := await expire(self._store, what, period, self._policy, self._clock):
                log.info("retention_applied", what=what.value, count=gone)
                return gone
        return 0
