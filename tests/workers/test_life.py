"""A node among others: it says that it lives, takes over from the dead, and sends nothing that may be others' by now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from intake.letters.letter import LetterKind
from store import inbound, nodes
from store.database import Store
from store.migrate import migrate
from store.schema import inbound as messages
from tests.harbour import TUESDAY, FakeClock, FakeIds
from tests.store.examples import decision, letter, opened, raw, submission, take_in
from tests.store.test_recovery import pass_over
from tests.workers.test_courier import Wire, states, until
from workers.courier import Courier
from workers.deciding.desk import Desk
from workers.life import Life


@dataclass
class Watch:
    """Seconds that go by when they are told to."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def shared(tmp_path: Path) -> AsyncIterator[Store]:
    """A database that this node does not have alone."""
    url = f"sqlite:///{tmp_path}/shared.db"
    migrate(url)
    store = await Store.open(url, exclusive=False)
    await store.enter("me")
    yield store
    await store.close()


async def test_what_a_silent_node_had_is_taken_over_while_we_run(shared: Store) -> None:
    """Until a daemon starts anew is too late."""
    dead = await shared.write(lambda tx: nodes.join(tx, "dead"))
    await shared.write(lambda tx: inbound.receive(tx, raw()))
    await shared.write(lambda tx: inbound.claim(tx, node=dead, now=TUESDAY, limit=9))
    life = Life(shared, ended=lambda: pytest.fail("we live"))
    await life.once()
    assert await free(shared) == 0
    await shared.write(lambda tx: pass_over(tx, 7, dead))
    await life.once()
    assert await free(shared) == 1


async def free(store: Store) -> int | None:
    return await store.read(lambda tx: tx.scalar(select(func.count()).where(messages.c.node_id.is_(None))))


async def test_a_node_that_was_declared_dead_finds_out_by_itself(shared: Store) -> None:
    told: list[None] = []
    life = Life(shared, ended=lambda: told.append(None))
    await life.once()
    await shared.write(lambda tx: nodes.end(tx, shared.node))
    await life.once()
    assert told == [None]


async def test_a_courier_that_was_stopped_before_the_wire_sends_only_what_is_its_own_still(
    shared: Store, desk: Desk, clock: FakeClock
) -> None:
    """F-06: it wakes up with a letter in its hands that somebody else may have sent meanwhile."""
    await shared.write(lambda tx: take_in(tx, decision(opened()), (letter(LetterKind.REPLY), submission())))
    watch, wire = Watch(), Wire()
    life = Life(shared, ended=lambda: None, elapsed=watch)
    worker = Courier(shared, {"mail": wire}, desk, clock, FakeIds(), life)
    watch.seconds = 60.0  # since the last renewal
    await worker.once()
    await until(shared, "sending")
    await asyncio.sleep(0.05)
    assert wire.sent == []
    await life.once()
    await worker.finish()
    assert wire.sent == [submission()]
    assert await states(shared) == ["sent"]
