"""Every message ends as a decision or parked, and none waits for another one."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from config.settings import Space as Reserve
from store import cases, colleagues, inbound
from store.database import Store
from store.errors import StoreDown
from store.schema import inbound as arrivals
from tests.harbour import POLICY, FakeClock, FakeIds
from tests.paper import letters
from tests.store.examples import die_with_messages, raw
from workers.deciding import reading
from workers.deciding.desk import Desk
from workers.deciding.reading import LARGE
from workers.deciding.triage import TRIES, Triage
from workers.receiver import Keeper
from workers.watching.space import Space


class Faulty(Desk):
    """Fails at messages of one kind, with their words in its mouth."""

    def settle(self, tx, batch, now):
        for understood in batch.values():
            if b"poison" in understood.raw.blob:
                raise ValueError(understood.raw.blob.decode())
        return super().settle(tx, batch, now)


def faulty() -> Faulty:
    return Faulty(policy=POLICY, letters=letters(), ids=FakeIds())


def worker(store: Store, desk: Desk, clock: FakeClock) -> Triage:
    return Triage(store, desk, clock, decided=lambda: None)


async def keep(store: Store, *sources: str, **changes: object) -> None:
    await store.write(lambda tx: [inbound.receive(tx, raw(source, **changes)) for source in sources])


async def all_done(triage: Triage) -> None:
    while await triage.once():
        await triage.settled()
    await triage.finish()


async def states(store: Store) -> list[str]:
    return list(await store.read(lambda tx: tx.scalars(select(arrivals.c.state).order_by(arrivals.c.id)).all()))


async def test_a_fault_of_ours_is_tried_again_later_and_parked_the_third_time(store: Store, clock: FakeClock) -> None:
    await keep(store, "poison")
    triage = worker(store, faulty(), clock)
    for pause in (timedelta(seconds=31), timedelta(seconds=61), timedelta(days=1)):
        await triage.once()
        await triage.settled()
        assert await triage.once() == 0, "it is not tried again at once"
        clock.at += pause
    [waiting] = await store.read(inbound.parked)
    assert (waiting.state, waiting.reason) == ("parked", "fault")
    assert waiting.fault.startswith("ValueError at ")
    assert "poison" not in waiting.fault
    assert "customer.example" not in waiting.fault


async def test_a_message_that_cannot_be_decided_delays_no_other(store: Store, clock: FakeClock) -> None:
    await keep(store, "poison", "2", "3")
    await all_done(worker(store, faulty(), clock))
    assert await states(store) == ["new", "done", "done"]


async def test_a_message_that_takes_long_to_read_delays_no_other(
    store: Store, desk: Desk, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_on, understand = threading.Event(), reading.understand

    def slow(each, policy):
        if each.blob == raw("slow").blob:
            read_on.wait(10)
        return understand(each, policy)

    monkeypatch.setattr(reading, "understand", slow)
    await keep(store, "slow")
    triage = worker(store, desk, clock)
    triage.patience = 0.01
    await triage.once()
    await keep(store, "2", blob=raw("2").blob.replace(b"jo@", b"kit@"))
    await triage.once()
    async with asyncio.timeout(10):
        while "done" not in await states(store):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await states(store) == ["new", "done"]
    read_on.set()
    await triage.finish()
    assert await states(store) == ["done", "done"]


class Counting(Desk):
    """Knows how many it was given together."""

    groups: ClassVar[list[int]] = []

    def settle(self, tx, batch, now):
        self.groups.append(len(batch))
        return super().settle(tx, batch, now)


async def test_what_comes_in_while_a_message_is_dealt_with_is_decided_together(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_on, understand = threading.Event(), reading.understand
    monkeypatch.setattr(reading, "understand", lambda *given: read_on.wait(10) and understand(*given))
    monkeypatch.setattr(Counting, "groups", [])
    triage = worker(store, Counting(policy=POLICY, letters=letters(), ids=FakeIds()), clock)
    triage.patience = 60
    await keep(store, "0")
    await triage.once()
    going_on = asyncio.create_task(triage.once())
    for source in "12345":
        await keep(store, source)
    read_on.set()
    await going_on
    await triage.finish()
    assert Counting.groups == [1, 5]


async def test_while_mail_is_coming_in_few_are_decided_at_a_time(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Counting, "groups", [])
    keeper = Keeper(store, Space((), Reserve()), received=lambda: None)
    monkeypatch.setattr(Keeper, "rush_seconds", 60)
    desk = Counting(policy=POLICY, letters=letters(), ids=FakeIds())
    triage = Triage(store, desk, clock, decided=lambda: None, rush=lambda: keeper.rush)
    await keep(store, *map(str, range(12)))
    assert not keeper.rush
    await keeper([raw("12")])
    await triage.once()
    await triage.settled()
    monkeypatch.setattr(Keeper, "rush_seconds", 0)
    await all_done(triage)
    assert Counting.groups == [8, 5]


async def test_a_large_message_is_read_elsewhere_and_decided_like_any_other(
    store: Store, desk: Desk, clock: FakeClock
) -> None:
    blob = b"From: jo@customer.example\r\nSubject: Broken lamp\r\n\r\n" + b"The lamp arrived broken.\r\n" * (
        LARGE // 20
    )
    await keep(store, "1", blob=blob)
    await all_done(worker(store, desk, clock))
    [case] = await store.read(cases.newest)
    assert case.participants == ("jo@customer.example",)
    assert "The lamp arrived broken." in case.words


async def test_a_message_taken_up_often_before_is_read_where_it_can_do_no_harm(
    store: Store, desk: Desk, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-04: it may be what ended the process."""
    monkeypatch.setattr(reading, "understand", lambda *_: pytest.fail("read in the daemon's own process"))
    await keep(store, "1")
    for _ in range(inbound.SUSPECT_AFTER - 1):
        await store.write(lambda tx: die_with_messages(tx, clock.now(), limit=1))
        clock.advance(minutes=2)
    await all_done(worker(store, desk, clock))
    assert await states(store) == ["done"]


class Away(Store):
    """A database that is away, so many times, when what became of a message is written."""

    away = 0

    async def write(self, fn):
        taking_up = "claim" in getattr(getattr(fn, "__code__", None), "co_names", ())
        if self.away and not taking_up:
            self.away -= 1
            raise StoreDown("away")
        return await super().write(fn)

    async def write_long(self, fn):
        return await self.write(fn)


@pytest.mark.parametrize("times", [2, 3 * TRIES])
async def test_a_database_that_is_away_is_no_fault_of_a_message_however_long(times: int, clock: FakeClock) -> None:
    store = await Away.open("sqlite://")
    await store.enter("me")
    await store.write(lambda tx: colleagues.know(tx, POLICY))
    await keep(store, "poison", "2")
    store.away = times
    with capture_logs() as lines:
        await all_done(worker(store, faulty(), clock))
    assert await store.read(lambda tx: tx.scalars(select(arrivals.c.attempts).order_by(arrivals.c.id)).all()) == [1, 0]
    assert await states(store) == ["new", "done"]
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["triage_fault"]
    await store.close()


async def test_two_complaints_that_draw_the_same_number_get_one_each(store: Store, clock: FakeClock) -> None:
    class Unlucky(FakeIds):
        drawn = iter([7, 7, 8, 9])

        def case_number(self) -> int:
            return next(self.drawn)

    await keep(store, "1")
    await keep(store, "2", blob=raw("2").blob.replace(b"jo@", b"kit@").replace(b"lamp", b"rug"))
    await all_done(worker(store, replace(faulty(), ids=Unlucky()), clock))
    assert len(await store.read(cases.newest)) == 2
