"""Writing in groups: durable before it is said, and one failure spoils nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, exc, func, select, text

from intake.ports import TryLater
from store import InUse, SchemaError, StoreDown, StoreError, inbound
from store.database import Store
from store.migrate import migrate
from store.schema import inbound as messages
from store.writer import Tx
from tests.store.databases import Sqlite
from tests.store.examples import raw


class Gate:
    """A function of a transaction that stays in it until it is let go."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self, tx: Tx) -> None:
        self.reached.set()
        self.opened.wait()


def count(tx: Tx) -> int:
    return tx.scalar(select(func.count()).select_from(messages)) or 0


async def test_a_write_is_visible_to_every_later_read(store: Store) -> None:
    await store.write(lambda tx: inbound.receive(tx, raw()))
    assert await store.read(count) == 1


async def test_a_function_that_fails_leaves_nothing_and_spoils_no_other(store: Store) -> None:
    def fail(tx: Tx) -> None:
        inbound.receive(tx, raw("lost"))
        raise ZeroDivisionError

    def break_a_rule(tx: Tx) -> None:
        tx.execute(text("INSERT INTO contact_point (kind, value, contact_id) VALUES ('mail', 'x', NULL)"))

    def keep(number: int) -> asyncio.Future[object]:
        return asyncio.ensure_future(store.write(lambda tx: inbound.receive(tx, raw(str(number)))))

    outcomes = await asyncio.gather(
        keep(1), store.write(fail), keep(2), store.write(break_a_rule), keep(3), return_exceptions=True
    )
    assert isinstance(outcomes[1], ZeroDivisionError)
    assert isinstance(outcomes[3], exc.IntegrityError)
    assert await store.read(count) == 3


async def test_a_function_that_runs_out_of_something_is_answered_and_holds_nobody_up(store: Store) -> None:
    def runs_out(tx: Tx) -> None:
        next(iter(()))

    async with asyncio.timeout(30):
        failed, done = await asyncio.gather(
            store.write(runs_out), store.write(lambda tx: tx.scalar(select(1))), return_exceptions=True
        )
    assert isinstance(failed, RuntimeError)
    assert done == 1


async def test_what_waits_shares_a_commit_and_nobody_is_told_before_it(sqlite: Sqlite) -> None:
    with sqlite.fresh() as url:
        store, other = await Store.open(url), await Store.open(url, exclusive=False)
        before, after, transactions = Gate(), Gate(), set()

        def note(tx: Tx, number: int) -> None:
            transactions.add(id(tx.get_transaction()))
            inbound.receive(tx, raw(str(number)))

        first = asyncio.ensure_future(store.write(before))
        await asyncio.to_thread(before.reached.wait)
        rest = [asyncio.ensure_future(store.write(lambda tx, n=n: note(tx, n))) for n in range(20)]
        last = asyncio.ensure_future(store.write(after))
        await asyncio.sleep(0)
        before.opened.set()
        await first
        await asyncio.to_thread(after.reached.wait)
        told, visible = [each.done() for each in rest], await other.read(count)
        after.opened.set()
        await asyncio.gather(*rest, last)
        assert (any(told), visible) == (False, 0)
        assert len(transactions) == 1
        assert await other.read(count) == 20
        await store.close()
        await other.close()


async def test_what_takes_long_goes_by_itself_and_what_came_meanwhile_shares_its_commit(sqlite: Sqlite) -> None:
    with sqlite.fresh() as url:
        store = await Store.open(url)
        before, long, ran = Gate(), Gate(), list[tuple[str, object]]()

        def note(name: str) -> Callable[[Tx], None]:
            return lambda tx: ran.append((name, tx.get_transaction()))

        def slowly(tx: Tx) -> None:
            note("long")(tx)
            long(tx)

        first = asyncio.ensure_future(store.write(before))
        await asyncio.to_thread(before.reached.wait)
        slow = [asyncio.ensure_future(store.write_long(each)) for each in (slowly, note("long"))]
        await asyncio.sleep(0)
        before.opened.set()
        await asyncio.to_thread(long.reached.wait)
        quick = [asyncio.ensure_future(store.write(note("came meanwhile"))) for _ in range(2)]
        await asyncio.sleep(0)
        long.opened.set()
        await asyncio.gather(first, *slow, *quick)
        await store.close()
    assert [name for name, _ in ran] == ["long", "came meanwhile", "came meanwhile", "long"]
    assert ran[0][1] is ran[1][1] is ran[2][1] is not ran[3][1]


async def test_what_takes_long_has_its_turn_however_much_else_comes(sqlite: Sqlite) -> None:
    with sqlite.fresh() as url:
        store = await Store.open(url, batch=1)
        before, ran = Gate(), list[str]()
        first = asyncio.ensure_future(store.write(before))
        await asyncio.to_thread(before.reached.wait)
        rest = [asyncio.ensure_future(store.write_long(lambda _: ran.append("long"))) for _ in range(2)]
        rest += [asyncio.ensure_future(store.write(lambda _: ran.append("short"))) for _ in range(9)]
        await asyncio.sleep(0)
        before.opened.set()
        await asyncio.gather(first, *rest)
        await store.close()
    assert ran.index("long") < 3
    assert ran[::-1].index("long") >= 5


async def test_closing_finishes_what_was_begun(url: str) -> None:
    store, again = await Store.open(url), None
    writes = [asyncio.ensure_future(store.write(lambda tx, n=n: inbound.receive(tx, raw(str(n))))) for n in range(100)]
    await asyncio.sleep(0)
    await store.close()
    assert all(receipt.new for receipt in await asyncio.gather(*writes))
    again = await Store.open(url)
    assert await again.read(count) == 100
    await again.close()


async def test_a_closed_store_asks_to_be_tried_later(url: str) -> None:
    store = await Store.open(url)
    await store.close()
    with pytest.raises(TryLater):
        await store.write(count)


async def test_a_commit_that_fails_keeps_nothing_and_the_next_one_works(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K-04: after a failed write to disk the connection is not used again."""
    real, spoiled = Connection._commit_impl, []

    def commit(connection: Connection) -> None:
        if not spoiled:
            spoiled.append(connection.connection.dbapi_connection)
            raise exc.OperationalError("COMMIT", {}, OSError(5, "disk I/O error"))
        real(connection)

    monkeypatch.setattr(Connection, "_commit_impl", commit)
    with pytest.raises(StoreDown):
        await store.write(lambda tx: inbound.receive(tx, raw()))
    receipt = await store.write(lambda tx: inbound.receive(tx, raw()))
    used = await store.write(lambda tx: tx.connection.dbapi_connection)
    assert receipt.new
    assert used is not spoiled[0]


async def test_a_full_disk_is_a_reason_to_try_later_and_is_survived(sqlite: Sqlite) -> None:
    """F-02: nothing of the message is kept, and the store goes on by itself when there is room again."""
    with sqlite.fresh() as url:
        store = await Store.open(url)
        await store.write(lambda tx: tx.exec_driver_sql("PRAGMA max_page_count = 100").close())
        with pytest.raises(StoreDown):
            await store.write(lambda tx: inbound.receive(tx, raw(blob=b"x" * 1_000_000)))
        assert await store.read(count) == 0
        assert (await store.write(lambda tx: inbound.receive(tx, raw(blob=b"x" * 1_000_000)))).new
        await store.close()


async def test_a_snapshot_cannot_be_written_to(store: Store) -> None:
    with pytest.raises(StoreDown):
        await store.read(lambda tx: inbound.receive(tx, raw()))
    assert await store.read(count) == 0


async def test_a_second_daemon_is_kept_off_a_sqlite_file(sqlite: Sqlite) -> None:
    with sqlite.fresh() as url:
        store = await Store.open(url)
        with pytest.raises(InUse):
            await Store.open(url)
        await store.close()
        await (await Store.open(url)).close()


async def test_an_open_that_fails_lets_go_of_the_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    with pytest.raises(SchemaError):
        await Store.open(url)
    migrate(url)
    await (await Store.open(url)).close()


async def test_a_database_in_memory_needs_no_set_up(tmp_path: Path) -> None:
    store = await Store.open("sqlite://")
    await store.write(lambda tx: inbound.receive(tx, raw()))
    assert await store.read(count) == 1
    await store.close()


async def test_a_server_that_does_not_answer_is_a_reason_to_try_later() -> None:
    with pytest.raises(StoreDown):
        await Store.open("postgresql://nobody@127.0.0.1:1/none")


@pytest.mark.parametrize("url", ["mysql://x/y", "not an address", "sqlite"])
async def test_an_address_that_is_of_no_use_is_named_as_such(url: str) -> None:
    with pytest.raises(StoreError):
        await Store.open(url)


async def test_an_empty_database_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no tables yet"):
        await Store.open(f"sqlite:///{tmp_path / 'empty.sqlite'}")


async def test_a_new_sqlite_database_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "private.sqlite"
    with pytest.raises(SchemaError):
        await Store.open(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o077 == 0
