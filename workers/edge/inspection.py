"""What is found out about a kept message before it is decided: the loop of everybody who asks somebody else about it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from intake.ports import Clock
from store import inbound
from store.database import Store
from store.inbound import Claimed
from workers.crew import Crew
from workers.freight import take_up
from workers.runner import Runner


class Inspection(Runner):
    """Messages are taken up with `claim`, each once, and as many at a time as there is room for: each waits for an answer."""

    batch = 50
    at_once = 200

    def __init__(self, store: Store, clock: Clock, claim: Callable[..., list[Claimed]]) -> None:
        super().__init__()
        self._store = store
        self._clock = clock
        self._claim = claim
        self._crew = Crew(self.name, most=self.at_once)
        self._bytes = 0  # of the messages at hand: each may wait for seconds

    @abstractmethod
    async def inspect(self, claimed: Claimed) -> None:
        """Find out, and keep what was found."""

    async def once(self) -> int:
        limit = min(self.batch, await self._crew.room())
        now = self._clock.now()
        node, at_hand, room = self._store.node, self._crew.at_hand, inbound.MOST_BYTES - self._bytes
        claimed = await take_up(
            self._store, lambda tx: self._claim(tx, node=node, now=now, limit=limit, room=room, at_hand=at_hand)
        )
        for each in claimed:
            self._crew.begin(each.inbound_id, self._inspect(each))
        return len(claimed)

    async def finish(self) -> None:
        await self._crew.finish()

    async def _inspect(self, claimed: Claimed) -> None:
        self._bytes += len(claimed.raw.blob)
        try:
            await self.inspect(claimed)
        finally:
            self._bytes -= len(claimed.raw.blob)
