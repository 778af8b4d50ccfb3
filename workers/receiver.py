"""The ways in: hosts the channels and keeps every message before anybody answers for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from intake.message import RawMessage
from intake.ports import CannotListen, Clock, Receipt, Receiver
from store import inbound
from store.database import Store
from workers.metrics import RECEIVED

log = structlog.get_logger()
RESTART_SECONDS = 5.0


class Keeper:
    """The `deliver` that every channel is given: returns only after the rows are durable."""

    def __init__(self, store: Store, received: Callable[[], None]) -> None:
        self._store = store
        self._received = received

    async def __call__(self, messages: Sequence[RawMessage]) -> list[Receipt]:
        receipts = await self._store.write(lambda tx: [inbound.receive(tx, raw) for raw in messages])
        for raw, receipt in zip(messages, receipts, strict=True):
            RECEIVED.labels(channel=raw.channel, fresh=str(receipt.new).lower()).inc()
            log.info(
                "message_kept", inbound_id=receipt.inbound_id, channel=raw.channel, new=receipt.new, size=len(raw.blob)
            )
        self._received()
        return receipts


class Reception:
    """Runs every receiver in a task of its own; one that fails is started again, and disturbs no other."""

    def __init__(self, receivers: Mapping[str, Receiver], deliver: Keeper, clock: Clock) -> None:
        self._receivers = receivers
        self._deliver = deliver
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Every listener listens, or `CannotListen` says which one cannot, and why."""
        for name, receiver in self._receivers.items():
            await receiver.open()
            self._tasks.append(asyncio.create_task(self._host(name, receiver), name=f"receiver:{name}"))

    async def close(self) -> None:
        """No new messages; what was begun is finished by each receiver in its own way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _host(self, name: str, receiver: Receiver) -> None:
        while True:
            try:
                await receiver.receive(self._deliver)
                return
            except CannotListen as error:
                log.error("cannot_listen", channel=name, reason=str(error))
            except Exception as error:
                log.error("receiver_fault", channel=name, exc_info=error)
            await self._clock.sleep(RESTART_SECONDS)
