"""What an ended node had taken up is taken up again, and the dead are told from the living by the database's clock alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from store import NodeEnded, cases, inbound, mailbox, nodes, outbox
from store.database import Store
from store.schema import inbound as messages
from store.schema import node
from store.schema import outbox as letters
from store.writer import Tx
from tests.harbour import TUESDAY
from tests.store.databases import Postgres, Sqlite
from tests.store.examples import decision, letter, opened, raw, submission, take_in


def take_everything(tx: Tx, node_id: int) -> list[int]:
    """How many messages, cases, letters and mailboxes there were to take up."""
    some = {"node": node_id, "now": TUESDAY, "limit": 10}
    found = inbound.claim(tx, **some), cases.due(tx, **some), outbox.claim(tx, **some, channels=["mail"])
    outbox.begin(tx, [each.outbox_id for each in found[2]], node=node_id)
    boxes = [mailbox.take(tx, "help", node_id)]
    return [len(each) for each in found] + [sum(box is not None for box in boxes)]


def join(tx: Tx) -> int:
    return nodes.join(tx, "one")


def pass_over(tx: Tx, seconds: float, *node_ids: int) -> None:
    """So much time goes by, in which these nodes say nothing. Negative: the database's clock is set back."""
    gone = timedelta(seconds=seconds)
    rows = tx.execute(select(node.c.id, node.c.renewed_at, node.c.steady_since).where(node.c.ended_at.is_(None))).all()
    for row in rows:
        changes = {"steady_since": row.steady_since - gone}
        if row.id in node_ids:
            changes["renewed_at"] = row.renewed_at - gone
        tx.execute(update(node).where(node.c.id == row.id).values(changes))


async def buried(store: Store, node_id: int) -> list[int] | None:
    return await store.write(lambda tx: nodes.bury(tx, node_id))


@pytest.fixture
async def pair(store: Store) -> tuple[int, int]:
    """Two nodes. The first has taken up a message, a case, an acknowledgement and a mailbox."""
    await store.write(lambda tx: take_in(tx, decision(opened()), (letter(), submission())))
    await store.write(lambda tx: inbound.receive(tx, raw("2")))
    first, second = await store.write(join), await store.write(join)
    await store.write(lambda tx: mailbox.offer(tx, first, ["help"]))
    assert await store.write(lambda tx: take_everything(tx, first)) == [1, 1, 1, 1]
    return first, second


async def test_what_a_silent_node_had_is_taken_up_again_once(store: Store, pair: tuple[int, int]) -> None:
    first, second = pair
    assert await store.write(lambda tx: take_everything(tx, second)) == [0, 0, 0, 0]
    await store.write(lambda tx: pass_over(tx, 7, first))
    assert await store.read(nodes.silent) == [first]
    assert await buried(store, first) == list(await store.read(lambda tx: tx.scalars(select(letters.c.id)).all()))
    assert await buried(store, first) is None
    assert await store.write(lambda tx: take_everything(tx, second)) == [1, 1, 0, 1]


@pytest.mark.parametrize(
    "seconds", [5, -3600], ids=["a short silence", "a clock that was set back and a node that spoke since"]
)
async def test_the_living_are_left_alone(store: Store, pair: tuple[int, int], seconds: float) -> None:
    first, second = pair
    await store.write(lambda tx: pass_over(tx, seconds, first))
    if seconds < 0:
        await store.write(lambda tx: nodes.renew(tx, first))
    assert await buried(store, first) is None
    assert await store.write(lambda tx: take_everything(tx, second)) == [0, 0, 0, 0]


async def test_whoever_was_away_cannot_tell_who_else_was(store: Store) -> None:
    """After the database was away for a minute every node looks dead to the first that reaches it."""
    one = await store.write(join)
    assert not await store.write(lambda tx: nodes.renew(tx, one)), "has only just begun"
    await store.write(lambda tx: pass_over(tx, 7))
    assert await store.write(lambda tx: nodes.renew(tx, one))
    await store.write(lambda tx: pass_over(tx, 60, one))
    assert not await store.write(lambda tx: nodes.renew(tx, one))
    await store.write(lambda tx: pass_over(tx, -3600, one))
    assert not await store.write(lambda tx: nodes.renew(tx, one)), "nor after the clock was set back"


async def test_a_node_that_was_declared_dead_can_write_nothing(url: str) -> None:
    """F-06: it may have been stopped for an hour, with anything in its memory."""
    sleeper, other = await Store.open(url), await Store.open(url, exclusive=False)
    await sleeper.enter("sleeper")
    await sleeper.write(lambda tx: inbound.receive(tx, raw("1")))
    await other.write(lambda tx: nodes.end(tx, sleeper.node))
    for write in (sleeper.write, sleeper.write_now):
        with pytest.raises(NodeEnded):
            await write(lambda tx: inbound.receive(tx, raw("2")))
    assert await other.read(lambda tx: tx.scalar(select(func.count()).select_from(messages))) == 1
    await sleeper.close()
    await other.close()


async def test_a_node_is_not_declared_dead_in_the_middle_of_a_transaction_of_its_own(postgres: Postgres) -> None:
    with postgres.fresh() as url:
        writing, other = await Store.open(url), await Store.open(url)
        await writing.enter("writing")
        await other.write(lambda tx: pass_over(tx, 7, writing.node))
        begun, over = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def slowly(tx: Tx) -> None:
            inbound.receive(tx, raw())
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(over.wait(), loop).result()

        write = asyncio.ensure_future(writing.write(slowly))
        await begun.wait()
        assert await buried(other, writing.node) is None
        over.set()
        await write
        assert await buried(other, writing.node) == []
        await writing.close()
        await other.close()


async def test_whoever_has_the_database_alone_waits_for_nobody(sqlite: Sqlite) -> None:
    with sqlite.fresh() as url:
        store = await Store.open(url)
        dead = await store.write(join)
        await store.write(lambda tx: take_in(tx, decision(opened()), (letter(), submission())))
        await store.write(lambda tx: take_everything(tx, dead))
        assert len(await store.enter("me")) == 1
        assert await store.write(lambda tx: take_everything(tx, store.node)) == [0, 1, 0, 0]
        await store.close()


async def test_a_node_that_leaves_in_order_keeps_nobody_waiting(url: str) -> None:
    leaving = await Store.open(url)
    await leaving.enter("leaving")
    await leaving.write(lambda tx: take_in(tx, decision(opened())))
    assert await leaving.write(lambda tx: take_everything(tx, leaving.node)) == [0, 1, 0, 0]
    await leaving.close()
    store = await Store.open(url)
    assert await store.write(lambda tx: take_everything(tx, 77)) == [0, 1, 0, 0]
    await store.close()


async def test_only_a_sqlite_file_can_be_had_alone(sqlite: Sqlite, postgres: Postgres) -> None:
    with sqlite.fresh() as file, postgres.fresh() as server:
        daemon, visitor, node_ = (
            await Store.open(file),
            await Store.open(file, exclusive=False),
            await Store.open(server),
        )
        assert [each.alone for each in (daemon, visitor, node_)] == [True, False, False]
        for each in (daemon, visitor, node_):
            await each.close()
