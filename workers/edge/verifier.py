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
from workers.edge.inspection import Inspection
from workers.watching.log import where

if TYPE_CHECKING:
    from workers.edge.evaluation import Evaluation

log = structlog.get_logger()
UNKNOWN = Checked(header_from="", dmarc="temperror")


class Verifier(Inspection):
    """Every unchecked message is checked once: each waits for somebody else's DNS."""

    name = "verifier"

    def __init__(
        self, store: Store, evaluation: Callable[[], Evaluation], clock: Clock, checked: Callable[[], None]
    ) -> None:
        super().__init__(store, clock, checking.claim)
        self._evaluation = evaluation
        self._checked = checked

    async def inspect(self, claimed: Claimed) -> None:
        found = await self._found(claimed)
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
