"""The book of letters on their way: what ended and what begins, for many letters in one transaction.

What has ended is written first. So a letter that begins when another's wire gets free never makes one more that is at the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, cast

from intake.letters.letter import Delivery, OutboxState, Outcome, Pending
from intake.ports import Clock, TryLater
from store import outbox
from store.database import Store
from store.writer import Tx
from workers.together import Together

Undelivered: TypeAlias = Callable[[Tx, Pending, Sequence[Delivery], datetime], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ending:
    """A letter, and how it ended."""

    pending: Pending
    ended: outbox.Ended


_Entry: TypeAlias = int | _Ending  # the number of a letter that begins, or one that has ended
_Written: TypeAlias = outbox.Begun | OutboxState | None


class Ledger:
    """Waits for a database that is away: what became of a letter must not be forgotten.

    `undelivered` tells of what nobody took.
    """

    most = 50
    pause_seconds = 2.0
    linger_seconds = 0.005  # less, and groups that were parted stay so; more, and what has ended is in doubt for longer

    def __init__(self, store: Store, undelivered: Undelivered, clock: Clock) -> None:
        self._store = store
        self._undelivered = undelivered
        self._clock = clock
        self._together: Together[_Entry, _Written] = Together(
            self._write_all, most=self.most, linger=self.linger_seconds
        )

    async def begin(self, outbox_id: int) -> outbox.Begun | None:
        """Mark a letter as being sent, before its wire is touched. None where somebody else has it meanwhile."""
        return cast(outbox.Begun | None, await self._write(outbox_id))

    async def end(
        self, pending: Pending, begun: outbox.Begun, deliveries: Sequence[Delivery], again: datetime | None
    ) -> OutboxState:
        """Keep what became of its recipients. Those deferred are tried `again` then; None gives them up."""
        ended = outbox.Ended(begun=begun, deliveries=deliveries, at=self._clock.now(), next_attempt=again)
        return cast(OutboxState, await self._write(_Ending(pending=pending, ended=ended)))

    async def _write(self, entry: _Entry) -> _Written:
        while True:
            try:
                return await self._together(entry)
            except TryLater:
                await self._clock.sleep(self.pause_seconds)

    async def _write_all(self, entries: Sequence[_Entry]) -> list[_Written]:
        endings = [each for each in entries if isinstance(each, _Ending)]
        beginnings = [each for each in entries if isinstance(each, int)]
        node = self._store.node

        def write(tx: Tx) -> list[_Written]:
            states = iter(self._settle(tx, endings) if endings else ())
            begun = outbox.begin(tx, beginnings, node=node) if beginnings else {}
            return [next(states) if isinstance(each, _Ending) else begun.get(each) for each in entries]

        return await self._store.write(write)

    def _settle(self, tx: Tx, endings: Sequence[_Ending]) -> list[OutboxState]:
        states = outbox.settle(tx, [each.ended for each in endings])
        for ending, state in zip(endings, states, strict=True):
            lost = [each for each in ending.ended.deliveries if each.outcome is not Outcome.ACCEPTED]
            if lost and state in ("sent", "rejected"):
                self._undelivered(tx, ending.pending, lost, ending.ended.at)
        return states
