"""Finding out who stands behind mail that came straight from the Internet, between its receipt and its decision.

The sender has its 250 by then, and mail that comes by other ways does not wait for any of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from intake.message import Checked
from intake.ports import Clock, TryLater
from store import checking, inbound
from store.database import Store
from store.inbound import Claimed
from workers.crew import Crew
from workers.runner import Runner
from workers.watching.log import where

if TYPE_CHECKING:
    from workers.edge.evaluation import Evaluation

log = structlog.get_logger()
UNKNOWN = Checked(header_from="", dmarc="temperror")


class Verifier(Runner):
    """Every unchecked message is checked once, as many at a time as there is room for: each waits for somebody else's DNS."""

    name = "verifier"
    batch = 50
    at_once = 200

    def __init__(
        self, store: Store, evaluation: Callable[[], Evaluation], clock: Clock, checked: Callable[[], None]
    ) -> None:
        super().__init__()
        self._store = store
        self._evaluation = evaluation
        self._clock = clock
        self._checked = checked
        self._crew = Crew(self.name, most=self.at_once)
        self._bytes = 0  # of the mails at hand: each may wait for seconds

    async def once(self) -> int:
        limit = min(self.batch, await self._crew.room())
        now = self._clock.now()
        node, at_hand, room = self._store.node, self._crew.at_hand, inbound.MOST_BYTES - self._bytes
        claimed = await self._store.write(
            lambda tx: checking.claim(tx, node=node, now=now, limit=limit, room=room, at_hand=at_hand)
        )
        for each in claimed:
            self._crew.begin(each.inbound_id, self._check(each))
        return len(claimed)

    async def finish(self) -> None:
        await self._crew.finish()

    async def _check(self, claimed: Claimed) -> None:
        self._bytes += len(claimed.raw.blob)
        try:
            await self._keep(claimed, await self._found(claimed))
        finally:
            self._bytes -= len(claimed.raw.blob)

    async def _keep(self, claimed: Claimed, found: Checked) -> None:
        try:
            await self._store.write(lambda tx: checking.keep(tx, claimed.inbound_id, found))
        except TryLater:
            return  # it is taken up again
        log.info("message_checked", inbound_id=claimed.inbound_id, dmarc=found.dmarc, spf=found.spf, arc=found.arc)
        self._checked()

    async def _found(self, claimed: Claimed) -> Checked:
        """What is found out; nothing, where that was tried too often and never came to an end."""
        if claimed.claims > inbound.SUSPECT_AFTER:
            return UNKNOWN
        try:
            evaluation = await asyncio.to_thread(self._evaluation)
            return await evaluation.check(claimed.raw)
        except Exception as error:
            log.error("check_fault", inbound_id=claimed.inbound_id, fault=where(error))
            return UNKNOWN
