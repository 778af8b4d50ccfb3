"""The bytes that lie in the object store are those that came. It is asked side by side, for each answer takes its time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from store import blobs
from store.audit.fault import Fault
from store.database import Store
from store.objects import Objects

_PAGE = 500
_SIDE_BY_SIDE = 8
_SLUGS = {None: "blob-missing", False: "blob-changed"}


async def moved(store: Store, objects: Objects | None) -> AsyncIterator[Fault]:
    """Without an object store nothing may have been moved. Raises ObjectsDown where it does not answer."""
    last = ""
    while page := await store.read(lambda tx, after=last: blobs.moved(tx, after=after, limit=_PAGE)):  # type: ignore[misc]
        if objects is None:
            yield Fault(slug="object-store-unnamed", where="blobs.url")
            return
        for fault in await _faults(page, objects):
            yield fault
        last = page[-1]


async def _faults(page: Sequence[str], objects: Objects) -> list[Fault]:
    room = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def ask(blob_id: str) -> bool | None:
        async with room:
            return await asyncio.to_thread(objects.holds, blob_id)

    answers = await asyncio.gather(*map(ask, page))
    return [
        Fault(slug=_SLUGS[held], where=f"blob:{blob_id}")
        for blob_id, held in zip(page, answers, strict=True)
        if not held
    ]
