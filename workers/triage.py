"""Deciding what was received: takes messages up, understands each outside the transaction, settles each inside one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from intake.decision import Decision
from intake.ports import Clock, TryLater
from store import inbound
from store.database import Store
from store.errors import Conflict, LostLease, RefTaken
from store.inbound import Claimed
from workers.crew import Crew
from workers.desk import Desk
from workers.lines import Lines, Turn, kin
from workers.log import where
from workers.metrics import DECIDED, FAILED, WAIT
from workers.runner import Runner
from workers.sandbox import Sandbox
from workers.understanding import Understood, understand

log = structlog.get_logger()
TRIES = 5  # how often a decision is made anew because the case moved, or the database was away, meanwhile
LARGE = 256 * 1024  # bytes; reading more than this could hold up the daemon


class Triage(Runner):
    """Every kept message ends as a decision, or parked after three faults of ours. None waits for another one, but
    for those that it may belong to.
    """

    name = "triage"
    batch = 50
    at_once = 200

    def __init__(self, store: Store, desk: Desk, clock: Clock, decided: Callable[[], None]) -> None:
        super().__init__()
        self._store = store
        self._desk = desk
        self._clock = clock
        self._decided = decided
        self._crew = Crew(self.name, most=self.at_once)
        self._lines = Lines()
        self._sandbox = Sandbox(desk.policy)

    async def once(self) -> int:
        limit = min(self.batch, await self._crew.room())
        now = self._clock.now()
        node, at_hand = self._store.node, self._crew.at_hand
        claimed = await self._store.write(
            lambda tx: inbound.claim(tx, node=node, now=now, limit=limit, at_hand=at_hand)
        )
        for each in claimed:
            if each.claims >= inbound.SUSPECT_AFTER:
                await self._crew.finish()  # should it end the process again, nothing else is at hand
            await self._begin(each)
        return len(claimed)

    async def settled(self) -> None:
        """Wait until everything that was taken up is decided."""
        await self._crew.finish()

    async def finish(self) -> None:
        await self.settled()
        await self._sandbox.close()

    async def _begin(self, claimed: Claimed) -> None:
        if claimed.inbound_id in self._crew:
            return
        known = set() if _suspicious(claimed) else await asyncio.to_thread(kin, claimed.raw)
        self._crew.begin(claimed.inbound_id, self._in_turn(claimed, self._lines.join(known)))

    async def _in_turn(self, claimed: Claimed, turn: Turn) -> None:
        try:
            await self._handle(claimed, turn)
        finally:
            self._lines.leave(turn)

    async def _handle(self, claimed: Claimed, turn: Turn) -> None:
        try:
            if claimed.claims >= inbound.ENDS_THE_PROCESS:
                await self._park(claimed)
                return
            understood = await self._understand(claimed)
            await turn.come()
            decision = await self._settle(claimed, understood)
        except LostLease:
            return  # somebody else has decided it
        except TryLater:
            return  # when its lease ends it is taken up again
        except Exception as error:
            await self._fail(claimed, where(error))
        else:
            self._tell(claimed, decision)
            self._decided()

    async def _understand(self, claimed: Claimed) -> Understood:
        """Here, or in the sandbox: what is large, and what was taken up before and never came to an end."""
        if len(claimed.raw.blob) > LARGE or _suspicious(claimed):
            return await self._sandbox.understand(claimed.raw)
        return await asyncio.to_thread(understand, claimed.raw, self._desk.policy)

    async def _settle(self, claimed: Claimed, understood: Understood) -> Decision:
        for _ in range(TRIES):
            settle = partial(
                self._desk.settle, inbound_id=claimed.inbound_id, understood=understood, now=self._clock.now()
            )
            try:
                return await self._store.write(settle)
            except LostLease:
                raise
            except (Conflict, RefTaken):
                continue
            except TryLater:
                await self._clock.sleep(self.pause_seconds)
        raise TryLater

    async def _fail(self, claimed: Claimed, fault: str) -> None:
        now = self._clock.now()
        parked = await self._store.write(lambda tx: inbound.fail(tx, claimed.inbound_id, now=now, fault=fault))
        self._complain(claimed, fault, parked=parked)

    async def _park(self, claimed: Claimed) -> None:
        fault = "ends_the_process"
        await self._store.write(lambda tx: inbound.park(tx, claimed.inbound_id, fault=fault))
        self._complain(claimed, fault, parked=True)

    def _complain(self, claimed: Claimed, fault: str, *, parked: bool) -> None:
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


def _suspicious(claimed: Claimed) -> bool:
    """It was taken up often without a result, and no fault was caught: the process may have ended of it, not once by chance."""
    return claimed.claims - claimed.attempts >= inbound.SUSPECT_AFTER
