"""The daemon deletes what is due by itself, where the settings let it: once a day, by one node, and tells how much."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from intake.retention import Class
from store import inbound, nodes
from store.database import Store
from store.schema import inbound as messages
from tests.harbour import POLICY, FakeClock
from tests.store.databases import Sqlite
from tests.store.examples import raw
from workers.retainer import Retainer


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    with Sqlite(tmp_path).fresh() as url:
        opened = await Store.open(url)
        await opened.enter("test")
        done = {"state": "done", "verdict": "RECORD", "reasons": ["automatic-message"]}
        await opened.write(lambda tx: inbound.receive_all(tx, [raw("1"), raw("2")]))
        await opened.write(lambda tx: tx.execute(update(messages).values(done)).rowcount)
        yield opened
        await opened.close()


async def buried(store: Store) -> int:
    gone = select(func.count()).select_from(messages).where(messages.c.reasons == ["erased"])
    return await store.read(lambda tx: tx.scalar(gone) or 0)


def retainer(store: Store, clock: FakeClock) -> Retainer:
    return Retainer(store, {Class.OTHERS: "30 days"}, POLICY, clock)


async def test_what_is_due_goes_and_nothing_before(store: Store) -> None:
    clock = FakeClock()
    worker = retainer(store, clock)
    clock.advance(days=30)
    assert (await worker.once(), await buried(store)) == (0, 0)
    clock.advance(seconds=1)
    assert (await worker.once(), await buried(store)) == (2, 2)
    assert await worker.once() == 0
    assert worker.poll_seconds == timedelta(days=1).total_seconds()


async def test_only_the_eldest_node_deletes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "eldest", lambda tx: 0)
    clock = FakeClock()
    clock.advance(days=99)
    assert (await retainer(store, clock).once(), await buried(store)) == (0, 0)
