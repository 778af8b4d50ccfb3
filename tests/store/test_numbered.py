"""What is noted about messages holds until somebody takes one out: through erasures, and beside slow transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import delete

from store import erasing, inbound
from store.audit import anchors, numbered
from store.audit.anchors import ARRIVALS, Anchors
from store.database import Store
from store.erasing import NOTHING
from store.schema import inbound as messages
from store.writer import Tx
from tests.harbour import POLICY, TUESDAY
from tests.store.examples import raw


@pytest.fixture
async def another(store: Store, url: str) -> AsyncIterator[Store]:
    """A second node's store on the same database."""
    opened = await Store.open(url, exclusive=False)
    yield opened
    await opened.close()


async def came(store: Store, *names: str) -> list[int]:
    receipts = await store.write(lambda tx: inbound.receive_all(tx, [raw(name) for name in names]))
    return [each.inbound_id for each in receipts]


async def noted(store: Store, known: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """With the next block, a while later: others use the server as well, and each of their transactions is waited for."""
    seen = await store.read(numbered.top)
    async with asyncio.timeout(60):
        while not await store.read(lambda tx: numbered.final(tx, seen)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    news = await store.read(lambda tx: anchors.news(tx, Anchors(arrived=known), seen))
    return [*known, news[ARRIVALS]] if ARRIVALS in news else known


async def faults(store: Store, known: list[tuple[int, str]]) -> list[tuple[str, str]]:
    return [(each.slug, each.where) for each in await store.read(lambda tx: list(numbered.differing(tx, known)))]


async def test_a_block_says_where_a_message_was_taken_out_and_later_ones_hold_by_themselves(store: Store) -> None:
    first = await came(store, "1", "2")
    known = await noted(store, [])
    second = await came(store, "3", "4")
    known = await noted(store, known)
    assert (await noted(store, known), await faults(store, known)) == (known, [])
    await store.write(lambda tx: tx.execute(delete(messages).where(messages.c.id == first[1])).rowcount)
    assert await faults(store, known) == [("arrivals-differ", f"inbound:1-{first[1]}")]
    await store.write(lambda tx: tx.execute(delete(messages).where(messages.c.id == second[0])).rowcount)
    assert len(await faults(store, known)) == 2


async def test_what_was_erased_and_came_again_is_no_fault(store: Store) -> None:
    ids = await came(store, "1", "2")
    known = await noted(store, [])
    gone = replace(NOTHING, messages=tuple(ids))
    await store.write(lambda tx: erasing.erase(tx, gone, policy=POLICY, now=TUESDAY))
    assert await came(store, "1", "2") == ids
    assert await faults(store, known) == []


async def test_a_number_that_is_still_to_come_is_waited_for(store: Store, another: Store) -> None:
    """PostgreSQL gives numbers away in order, and transactions end in any."""
    taken, go_on = Event(), Event()

    def slowly(tx: Tx) -> None:
        inbound.receive(tx, raw("slow"))
        taken.set()
        go_on.wait(20)

    coming = asyncio.ensure_future(store.write(slowly))
    await asyncio.to_thread(taken.wait, 20)
    swift = asyncio.ensure_future(came(another, "swift"))
    await asyncio.wait([swift], timeout=0.5)
    seen = await another.read(numbered.top)
    early = await another.read(lambda tx: anchors.news(tx, Anchors(), seen))
    go_on.set()
    await asyncio.gather(coming, swift)
    assert early == {}
    known = await noted(another, [])
    assert (len(known), await faults(another, known)) == (1, [])
