"""The loops around the work: what fails is tried again and disturbs nobody, and stopping finishes what was begun."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from config.settings import Space as Reserve
from intake.message import Envelope, RawMessage
from intake.ports import CannotListen, Deliver, Receipt, TryLater
from intake.tokens import staff_address
from store import cases, inbound
from store.database import Store
from tests.harbour import HARBOUR, POLICY, TUESDAY, FakeClock
from tests.store.examples import REF, decision, do, opened, promised, raw
from workers.crew import Crew
from workers.deciding.desk import Desk
from workers.receiver import Keeper, Reception
from workers.reminder import Reminder
from workers.runner import Runner
from workers.watching.gauges import Gauges
from workers.watching.readiness import Readiness
from workers.watching.space import Space
from workers.watching.watch import Watch

ROOM = Space((), Reserve())  # as much as one likes


class Clumsy(Runner):
    """Fails in every way, then does its work, then has none."""

    name = "clumsy"
    poll_seconds = pause_seconds = 0.01

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[Exception | int] = [TryLater("away"), ValueError("jo@customer.example"), 1, 0]
        self.finished = False

    async def once(self) -> int:
        turn = self.turns.pop(0)
        if not self.turns:
            self.stop()
        if isinstance(turn, Exception):
            raise turn
        return turn

    async def finish(self) -> None:
        self.finished = True


async def test_a_worker_that_fails_goes_on_and_says_so_without_anybodys_data() -> None:
    worker = Clumsy()
    with capture_logs() as logs:
        await asyncio.wait_for(worker.run(), 10)
    assert [each["event"] for each in logs] == ["worker_fault"]
    assert worker.turns == []
    assert worker.finished


async def test_a_crew_does_so_many_things_at_once_and_survives_a_fault() -> None:
    crew, gate, at_once, most = Crew("test", most=2), asyncio.Event(), 0, 0

    async def work(number: int) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await gate.wait()
        at_once -= 1
        if number == 0:
            raise ValueError(number)

    for number in range(2):
        crew.begin(number, work(number))
        crew.begin(number, work(number))  # at hand already
    full = asyncio.create_task(crew.room())
    await asyncio.sleep(0.01)
    assert not full.done()
    gate.set()
    assert await full >= 1
    await crew.finish()
    assert most == 2


async def test_a_crew_rests_until_nothing_is_at_hand_or_patience_ends() -> None:
    crew, gate = Crew("test", most=2), asyncio.Event()
    await crew.rest(60)
    crew.begin(1, asyncio.sleep(0))
    await crew.rest(60)
    assert crew.at_hand == []
    crew.begin(2, gate.wait())
    await crew.rest(0.01)
    assert crew.at_hand == [2]
    gate.set()
    await crew.finish()


class Falling:
    """A way in that falls over twice, then takes one message in."""

    def __init__(self) -> None:
        self.falls = [ValueError("jo@customer.example"), CannotListen("taken")]

    async def open(self) -> None:
        pass

    async def receive(self, deliver: Deliver) -> None:
        if self.falls:
            raise self.falls.pop(0)
        await deliver([raw("fell")])


class Standing:
    """A way in that stands, and finishes what it has begun when it is stopped."""

    def __init__(self) -> None:
        self.stopped = False

    async def open(self) -> None:
        pass

    async def receive(self, deliver: Deliver) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await deliver([raw("last")])
            self.stopped = True


async def test_a_way_in_that_falls_over_is_started_again_and_disturbs_no_other(store: Store, clock: FakeClock) -> None:
    arrived = asyncio.Event()
    standing = Standing()
    reception = Reception({"falling": Falling(), "standing": standing}, Keeper(store, ROOM, arrived.set), clock)
    await reception.start()
    await asyncio.wait_for(arrived.wait(), 10)
    assert not standing.stopped
    await reception.close()
    assert standing.stopped
    kept = await store.write(lambda tx: inbound.claim(tx, node=store.node, now=clock.now(), limit=9))
    assert [each.raw.blob.split()[-1] for each in kept] == [raw(name).blob.split()[-1] for name in ("fell", "last")]


async def test_a_message_delivered_twice_is_kept_once_and_answered_for_twice(store: Store) -> None:
    keeper = Keeper(store, ROOM, received=lambda: None)

    async def deliver(*messages: RawMessage) -> Sequence[Receipt]:
        return await keeper(messages)

    [first], [second] = await deliver(raw()), await deliver(raw())
    assert (first.new, second.new) == (True, False)
    assert first.inbound_id == second.inbound_id


async def test_an_answer_of_staff_overtakes_the_complaints_that_came_before_it(store: Store, clock: FakeClock) -> None:
    keeper = Keeper(store, ROOM, received=lambda: None, keys=POLICY.keys)
    answer = Envelope(rcpt_to=(staff_address(POLICY, HARBOUR, REF, "asha", TUESDAY),))
    await keeper([raw("complaint"), raw("answer", envelope=answer)])
    taken = await store.write(lambda tx: inbound.claim(tx, node=store.node, now=clock.now(), limit=1))
    assert [each.raw.blob for each in taken] == [raw("answer").blob]


async def test_what_cannot_be_kept_keeps_nothing_out_that_came_with_it(store: Store) -> None:
    keeper = Keeper(store, ROOM, received=lambda: None)
    nameless = replace(raw("2"), received_at=datetime(2026, 1, 6))  # noqa: DTZ001 - a time without a zone is no time
    deliveries = keeper([raw("1")]), keeper([nameless]), keeper([raw("3"), raw("1")])
    first, second, third = await asyncio.gather(*deliveries, return_exceptions=True)
    assert isinstance(second, Exception)
    assert [receipt.new for receipt in (*first, *third)] == [True, True, False]


async def test_a_promise_that_comes_due_is_looked_at_once(store: Store, desk: Desk, clock: FakeClock) -> None:
    soon = TUESDAY + timedelta(minutes=30)
    made = decision(opened(), promised(TUESDAY + timedelta(hours=4)))
    await store.write(lambda tx: do(tx, made, look=lambda _: soon))
    wakes: list[None] = []
    reminder = Reminder(store, desk, clock, written=lambda: wakes.append(None))
    assert await reminder.once() == 0
    clock.at = TUESDAY + timedelta(hours=3)
    assert await reminder.once() == 1
    assert await reminder.once() == 0
    assert wakes == [None]
    history = await store.read(lambda tx: cases.history(tx, REF))
    assert "handler_nudged" in [event.kind.value for event in history]


async def test_a_daemon_whose_database_is_away_is_not_ready(store: Store) -> None:
    assert await Readiness(store, Watch({})).missing() == []

    class Away:
        async def read(self, fn):
            raise TryLater("away")

    assert await Readiness(Away(), Watch({})).missing() == ["database"]  # type: ignore[arg-type]


async def test_how_much_waits_can_be_measured(store: Store) -> None:
    await store.write(lambda tx: do(tx, decision(opened())))
    await store.write(lambda tx: [inbound.receive(tx, raw(name)) for name in ("1", "2")])
    await Gauges(store).once()
    waiting = {
        queue: REGISTRY.get_sample_value("answerable_backlog", {"queue": queue})
        for queue in ("undecided", "parked", "held", "unsent", "sending", "open_cases")
    }
    assert waiting == {"undecided": 2, "parked": 0, "held": 0, "unsent": 0, "sending": 0, "open_cases": 1}
