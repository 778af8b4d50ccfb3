"""The ways in: hosts the channels and keeps every message before anybody answers for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from math import inf

import structlog

from intake.lanes import by_staff
from intake.message import RawMessage
from intake.policy import Key
from intake.ports import CannotListen, Clock, Receipt, Receiver
from store import inbound
from store.database import Store
from store.writer import Tx
from workers.freight import Delivery, Freight, is_freight
from workers.together import Together
from workers.watching.metrics import received
from workers.watching.space import Space

log = structlog.get_logger()
RESTART_SECONDS = 5.0


class Keeper:
    """The `deliver` that every channel is given: returns only after the rows are durable.

    All who deliver at the same time share a transaction: fifty messages cost little more than one.
    """

    group = 50
    linger_seconds = 0.005
    rush_seconds = 0.1  # since the last one came; until then more is expected

    def __init__(
        self,
        store: Store,
        space: Space,
        received: Callable[[], None],
        allowed: Callable[[Tx], None] = lambda tx: None,
        *,
        keys: Sequence[Key] = (),
        freight: Freight | None = None,
    ) -> None:
        self._store = store
        self._space = space
        self._received = received
        self._allowed = allowed
        self._keys = keys  # of the addresses that are signed for staff
        self._freight = freight or Freight(store, space)
        self._together = Together(self._keep, most=self.group, linger=self.linger_seconds)
        self._came = -inf  # by the loop's clock

    @property
    def rush(self) -> bool:
        """Mail is coming in: whoever takes long holds it up."""
        return asyncio.get_running_loop().time() - self._came < self.rush_seconds

    def guarded(self, allowed: Callable[[Tx], None]) -> Keeper:
        """One that asks first, in the same transaction, and keeps nothing where that raises."""
        return Keeper(self._store, self._space, self._received, allowed, keys=self._keys, freight=self._freight)

    async def __call__(self, messages: Sequence[RawMessage]) -> list[Receipt]:
        with self._space.room(sum(len(raw.blob) for raw in messages)):
            receipts = await self._deliver(messages) if messages else []
        for raw, receipt in zip(messages, receipts, strict=True):
            received(raw.channel, new=receipt.new).inc()
            log.info(
                "message_kept", inbound_id=receipt.inbound_id, channel=raw.channel, new=receipt.new, size=len(raw.blob)
            )
        return receipts

    async def _deliver(self, messages: Sequence[RawMessage]) -> list[Receipt]:
        self._came = asyncio.get_running_loop().time()
        laned = [self._in_lane(raw) for raw in messages]
        if not any(map(is_freight, laned)):
            return await self._together(Delivery(messages=laned, ahead=[None] * len(laned)))
        async with self._freight.ahead(laned) as delivery:
            return await self._together(delivery)

    def _in_lane(self, raw: RawMessage) -> RawMessage:
        return replace(raw, by_staff=True) if by_staff(raw, self._keys) else raw

    async def _keep(self, deliveries: Sequence[Delivery]) -> list[list[Receipt]]:
        messages = [raw for each in deliveries for raw in each.messages]
        ahead = [whole for each in deliveries for whole in each.ahead]

        def receive(tx: Tx) -> list[Receipt]:
            self._allowed(tx)
            return inbound.receive_all(tx, messages, ahead)

        receipts = iter(await self._store.write(receive))
        self._received()
        return [list(islice(receipts, len(each.messages))) for each in deliveries]


class Reception:
    """Runs every receiver in a task of its own; one that fails is started again, and disturbs no other."""

    def __init__(self, receivers: Mapping[str, Receiver], deliver: Keeper, clock: Clock) -> None:
        self._receivers = receivers
        self._deliver = deliver
        self._clock = clock
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Every listener listens, or `CannotListen` says which one cannot, and why."""
        for name, receiver in self._receivers.items():
            await receiver.open()
            self.begin(name, receiver, self._deliver)

    def begin(self, name: str, receiver: Receiver, deliver: Keeper) -> None:
        """Host one more."""
        self._tasks[name] = asyncio.create_task(self._host(name, receiver, deliver), name=f"receiver:{name}")

    async def end(self, *names: str) -> None:
        """No new messages by these ways; what was begun is finished by each receiver in its own way."""
        tasks = [self._tasks.pop(name) for name in names if name in self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """The same, for all of them."""
        await self.end(*self._tasks)

    async def _host(self, name: str, receiver: Receiver, deliver: Keeper) -> None:
        while True:
            try:
                await receiver.receive(deliver)
                return
            except CannotListen as error:
                log.error("cannot_listen", channel=name, reason=str(error))
            except Exception as error:
                log.error("receiver_fault", channel=name, exc_info=error)
            await self._clock.sleep(RESTART_SECONDS)
