"""Delivering letters: claims what is due, hands it to its channel, and has kept what became of every recipient."""

from __future__ import annotations

from asyncio import Semaphore
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from intake.letters.letter import Delivery, Outcome, Pending
from intake.ports import Clock, Ids, Sender
from intake.retry import next_attempt
from store import outbox
from store.database import Store
from workers.crew import Crew
from workers.deciding.desk import Desk
from workers.ledger import Ledger
from workers.life import Life
from workers.runner import Runner
from workers.watching.metrics import SENT

log = structlog.get_logger()


class Courier(Runner):
    """A letter is marked as being sent before its wire is touched, and as sent only after the other side took it.

    None waits for another: a slow server holds up its own letters, however many.
    """

    name = "courier"
    batch = 20
    at_once = 60  # of one channel: the next batch is taken up while the others go out
    at_the_wire = 8  # of one channel: whatever is there, or is being settled, when we are killed is of unknown fate

    def __init__(
        self, store: Store, senders: Mapping[str, Sender], desk: Desk, clock: Clock, ids: Ids, life: Life
    ) -> None:
        super().__init__()
        self._store = store
        self._senders = senders
        self._clock = clock
        self._ids = ids
        self._life = life
        self._ledger = Ledger(store, desk.undelivered, clock)
        self._crew = Crew(self.name, most=self.at_once * len(senders))
        self._at_hand: Counter[str] = Counter()  # how many letters each channel has
        self._wires: defaultdict[str, Semaphore] = defaultdict(lambda: Semaphore(self.at_the_wire))

    async def once(self) -> int:
        channels = [name for name in sorted(self._senders) if self._room(name)]
        if not channels:
            return 0
        node, now, at_hand = self._store.node, self._clock.now(), self._crew.at_hand
        due = await self._store.write(
            lambda tx: outbox.claim(tx, node=node, now=now, limit=self.batch, channels=channels, at_hand=at_hand)
        )
        for each in due:
            if each.outbox_id not in self._crew:
                self._at_hand[each.submission.channel] += 1
                self._crew.begin(each.outbox_id, self._send(each))
        return len(due)

    def _room(self, channel: str) -> bool:
        """Whether it may have another batch."""
        return self._at_hand[channel] <= self.at_once - self.batch

    async def finish(self) -> None:
        await self._crew.finish()

    async def _send(self, pending: Pending) -> None:
        channel = pending.submission.channel
        try:
            await self._hand_over(pending, channel)
        finally:
            waited = not self._room(channel)
            self._at_hand[channel] -= 1
            if waited and self._room(channel):
                self.wake()

    async def _hand_over(self, pending: Pending, channel: str) -> None:
        async with self._wires[channel]:
            begun = await self._ledger.begin(pending.outbox_id)
            if begun is None:
                return
            await self._life.sure()  # whoever was stopped since may have been declared dead, and the letter be others'
            deliveries = await self._senders[channel].send(pending.submission)
        # The wire is free. The next letter's beginning stands behind this one's end in the ledger, mostly in the same commit.
        await self._settle(pending, begun, deliveries)

    async def _settle(self, pending: Pending, begun: outbox.Begun, deliveries: Sequence[Delivery]) -> None:
        again = self._again(pending, deliveries)
        state = await self._ledger.end(pending, begun, deliveries, again)
        for delivery in deliveries:
            SENT.labels(channel=pending.submission.channel, outcome=delivery.outcome.value).inc()
        log.info(
            "letter_handed_over",
            outbox_id=pending.outbox_id,
            kind=pending.kind.value,
            case=pending.case_ref or None,
            outcomes=[d.outcome.value for d in deliveries],
            codes=[d.code for d in deliveries if d.code],
            state=state,
            again_at=again.isoformat() if again and state == "deferred" else None,
        )
        if state == "unknown":
            log.warning("letters_unknown", count=1)

    def _again(self, pending: Pending, deliveries: Sequence[Delivery]) -> datetime | None:
        if all(d.outcome is not Outcome.DEFERRED for d in deliveries):
            return None
        return next_attempt(pending.attempts + 1, now=self._clock.now(), jitter=self._ids.jitter())
