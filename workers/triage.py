"""Deciding what was received: claims batches, understands each message outside the transaction, settles each inside one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog

from intake.decision import Decision
from intake.ports import Clock, TryLater
from store import inbound
from store.database import Store
from store.errors import Conflict, LostLease, RefTaken
from store.inbound import Claimed
from workers.desk import Desk
from workers.log import where
from workers.metrics import DECIDED, FAILED, WAIT
from workers.runner import Runner
from workers.understanding import understand

log = structlog.get_logger()
TRIES_AGAINST_OTHERS = 5  # how often a decision is made anew because the case moved meanwhile


class Triage(Runner):
    """Every kept message ends as a decision, or parked with its traceback after three faults of ours."""

    name = "triage"
    batch = 50
    lease = timedelta(minutes=2)

    def __init__(self, store: Store, desk: Desk, clock: Clock, owner: str, decided: Callable[[], None]) -> None:
        super().__init__()
        self._store = store
        self._desk = desk
        self._clock = clock
        self._owner = owner
        self._decided = decided

    async def once(self) -> int:
        now = self._clock.now()
        claimed = await self._store.write(
            lambda tx: inbound.claim(tx, owner=self._owner, now=now, lease=self.lease, limit=self.batch)
        )
        if claimed:
            await asyncio.gather(*map(self._handle, claimed))
            self._decided()
        return len(claimed)

    async def _handle(self, claimed: Claimed) -> None:
        if claimed.claims >= inbound.ENDS_THE_PROCESS:
            await self._store.write(lambda tx: inbound.park(tx, claimed.inbound_id, fault="ends_the_process"))
            log.error("message_parked", inbound_id=claimed.inbound_id, fault="ends_the_process")
            return
        try:
            decision = await self._settle(claimed)
        except LostLease:
            log.info("message_decided_elsewhere", inbound_id=claimed.inbound_id)
        except TryLater:
            raise
        except Exception as error:
            await self._fail(claimed, error)
        else:
            self._tell(claimed, decision)

    async def _settle(self, claimed: Claimed) -> Decision:
        understood = await asyncio.to_thread(understand, claimed.raw, self._desk.policy)
        for _ in range(TRIES_AGAINST_OTHERS):
            settle = partial(
                self._desk.settle, inbound_id=claimed.inbound_id, understood=understood, now=self._clock.now()
            )
            try:
                return await self._store.write(settle)
            except LostLease:
                raise
            except (Conflict, RefTaken):
                continue
        raise Conflict(claimed.inbound_id)

    async def _fail(self, claimed: Claimed, error: Exception) -> None:
        now, fault = self._clock.now(), where(error)
        parked = await self._store.write(lambda tx: inbound.fail(tx, claimed.inbound_id, now=now, fault=fault))
        FAILED.labels(parked=str(parked).lower()).inc()
        log.error("message_parked" if parked else "triage_fault", inbound_id=claimed.inbound_id, fault=fault)

    def _tell(self, claimed: Claimed, decision: Decision) -> None:
        DECIDED.labels(verdict=decision.verdict.value, rule=decision.reasons[0]).inc()
        WAIT.observe(max(0.0, (self._clock.now() - claimed.raw.received_at).total_seconds()))
        log.info(
            "message_decided",
            inbound_id=claimed.inbound_id,
            verdict=decision.verdict.value,
            reasons=list(decision.reasons),
            case=decision.case_ref,
            letters=[letter.kind.value for letter in decision.letters],
        )
