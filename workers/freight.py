"""Large contents on their way into the store and out of it, so that nobody waits for them who has little to write.

In, a few go at a time, so that they fill no transaction, and those in pieces are kept ahead of their messages, one piece after
the other, with others' commits between. Out, these are read apart from the claim.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial

from intake.fingerprint import fingerprint
from intake.message import RawMessage
from intake.ports import TryLater
from store import inbound, pieces
from store.database import Store
from store.inbound import Claimed
from store.pieces import InPieces
from store.writer import Tx
from workers.watching.space import Space

LARGE = 256 * 1024  # bytes
FEW = 4  # deliveries with a larger content go in at a time


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Messages that are kept all or none, and of each the content that was kept ahead, if it was."""

    messages: Sequence[RawMessage]
    ahead: Sequence[InPieces | None]


class Freight:
    """Brings contents into a store, those in pieces one after the other: while it is brought, each is in memory twice."""

    def __init__(self, store: Store, space: Space) -> None:
        self._store = store
        self._space = space
        self._few = asyncio.Semaphore(FEW)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def ahead(self, messages: Sequence[RawMessage]) -> AsyncIterator[Delivery]:
        """A delivery that is ready to be kept. What was kept ahead and is not needed after all does not stay."""
        begun: list[int] = []
        async with self._few:
            try:
                brought = [await self._brought(raw, begun) for raw in messages]
                yield Delivery(messages=[raw for raw, _ in brought], ahead=[whole for _, whole in brought])
            finally:
                with suppress(TryLater):  # what stays belongs to this node, and goes with it
                    await self._drop(begun)

    async def _brought(self, raw: RawMessage, begun: list[int]) -> tuple[RawMessage, InPieces | None]:
        """A message, and its content where that is kept by now. What takes long is done in a thread."""
        if len(raw.blob) <= pieces.SIZE:
            return raw, None
        known = raw.fingerprint or await asyncio.to_thread(fingerprint, raw.blob)
        async with self._turn:
            return replace(raw, fingerprint=known), await self._bring(raw.blob, begun)

    async def _bring(self, content: bytes, begun: list[int]) -> InPieces:
        whole, cut = await asyncio.to_thread(pieces.cut, self._store.keys, content)
        node = self._store.node
        begun.append(whole.key)
        await self._store.write(lambda tx: pieces.begin(tx, whole, node=node))
        for number, piece in enumerate(cut):
            self._space.require_reserve()
            await self._store.write(partial(pieces.keep, whole=whole, number=number, content=piece))
        return whole

    async def _drop(self, keys: Sequence[int]) -> None:
        left = bool(keys)
        while left:
            left = await self._store.write(lambda tx: pieces.drop(tx, keys))


def is_freight(raw: RawMessage) -> bool:
    """Whether its content is so large that not all go in at once."""
    return len(raw.blob) > LARGE


async def take_up(store: Store, claim: Callable[[Tx], list[Claimed]]) -> list[Claimed]:
    """What is claimed, with its contents. Those in pieces are read where they keep nobody from writing."""
    claimed = await store.write(claim)
    if all(each.pieces is None for each in claimed):
        return claimed
    return await store.read(lambda tx: [inbound.whole(tx, each) for each in claimed])
