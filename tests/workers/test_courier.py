"""What becomes of letters: sent, tried again, given up and told, or unknown after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from intake.letters.letter import Delivery, LetterKind, Outcome, Submission
from store import cases
from store.database import Store
from store.errors import StoreDown
from store.schema import outbox
from store.writer import Tx
from tests.harbour import FakeClock, FakeIds
from tests.store.examples import REF, decision, letter, opened, submission, take_in
from workers.courier import Courier
from workers.deciding.desk import Desk
from workers.life import Life


class Wire:
    """Answers as it is told, and keeps what it was given."""

    def __init__(self, *outcomes: Outcome) -> None:
        self._outcomes = list(outcomes)
        self.sent: list[Submission] = []

    async def send(self, made: Submission) -> Sequence[Delivery]:
        self.sent.append(made)
        outcome = self._outcomes.pop(0) if self._outcomes else Outcome.ACCEPTED
        return [Delivery(recipient=each, outcome=outcome, code=550, status="5.1.1") for each in made.rcpt_to]

    async def probe(self) -> list[str]:
        return []


class Counting(Wire):
    """Counts at every letter how many are at the wire, as a crash would find them."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self.most = 0

    async def send(self, made: Submission) -> Sequence[Delivery]:
        self.most = max(self.most, (await states(self._store)).count("sending"))
        return await super().send(made)


class Stuck(Wire):
    """A server that does not answer, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    async def send(self, made: Submission) -> Sequence[Delivery]:
        await self.go_on.wait()
        return await super().send(made)


async def until(store: Store, *wanted: str) -> None:
    async with asyncio.timeout(10):
        while await states(store) != list(wanted):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def states(store: Store) -> list[str]:
    return list(await store.read(lambda tx: tx.scalars(select(outbox.c.state).order_by(outbox.c.id)).all()))


def courier(store: Store, desk: Desk, clock: FakeClock, **wires: Wire) -> Courier:
    return Courier(store, wires, desk, clock, FakeIds(), Life(store, ended=lambda: None))


async def round_of(worker: Courier) -> int:
    done = await worker.once()
    await worker.finish()
    return done


async def test_a_letter_that_is_deferred_is_tried_again_later_with_the_same_bytes(
    store: Store, desk: Desk, clock: FakeClock
) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened()), (letter(), submission())))
    wire = Wire(Outcome.DEFERRED)
    worker = courier(store, desk, clock, mail=wire)
    await round_of(worker)
    assert await states(store) == ["deferred"]
    assert await round_of(worker) == 0, "not at once"
    clock.advance(minutes=5)
    await round_of(worker)
    assert await states(store) == ["sent"]
    assert wire.sent[0] == wire.sent[1]


async def test_a_letter_that_is_refused_is_noted_on_its_case_and_the_handler_is_told(
    store: Store, desk: Desk, clock: FakeClock
) -> None:
    """Zammad #5120: a bounce that nobody sees leaves a customer without an answer."""
    await store.write(lambda tx: take_in(tx, decision(opened()), (letter(LetterKind.REPLY), submission())))
    wire = Wire(Outcome.REJECTED)
    worker = courier(store, desk, clock, mail=wire)
    await round_of(worker)
    await round_of(worker)
    history = await store.read(lambda tx: cases.history(tx, REF))
    assert "delivery_failed" in [event.kind.value for event in history]
    assert wire.sent[1].rcpt_to == ("asha@staff.harbour.example",)


async def test_a_letter_is_given_up_after_five_days_and_the_handler_is_told(
    store: Store, desk: Desk, clock: FakeClock
) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened()), (letter(), submission())))
    wire = Wire(*[Outcome.DEFERRED] * 200)
    worker = courier(store, desk, clock, mail=wire)
    for _ in range(200):
        if (await states(store))[0] == "rejected":
            break
        await round_of(worker)
        clock.advance(hours=6)
    assert (await states(store))[0] == "rejected"
    await round_of(worker)
    assert any("asha@staff.harbour.example" in each.rcpt_to for each in wire.sent)


async def test_a_server_that_does_not_answer_holds_up_its_own_letters_only(
    store: Store, desk: Desk, clock: FakeClock
) -> None:
    chat = letter(LetterKind.REPLY, cause="inbound:2"), submission("l2", "session", channel="chat")
    await store.write(lambda tx: take_in(tx, decision(opened()), (letter(), submission()), chat))
    stuck, quick = Stuck(), Wire()
    worker = courier(store, desk, clock, mail=stuck, chat=quick)
    await worker.once()
    await until(store, "sending", "sent")
    stuck.go_on.set()
    await worker.finish()
    assert await states(store) == ["sent", "sent"]


async def test_however_many_letters_wait_for_one_server_another_channel_goes_on(
    store: Store, desk: Desk, clock: FakeClock
) -> None:
    many = [(letter(LetterKind.REPLY, cause=f"inbound:{n}"), submission(f"l{n}")) for n in range(Courier.at_once + 30)]
    chat = letter(LetterKind.REPLY, cause="inbound:last"), submission("last", "session", channel="chat")
    await store.write(lambda tx: take_in(tx, decision(opened()), *many, chat))
    stuck, quick = Stuck(), Wire()
    worker = courier(store, desk, clock, mail=stuck, chat=quick)
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(10):
        while not quick.sent:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not stuck.sent
    worker.poll_seconds = 3600
    stuck.go_on.set()
    await until(store, *["sent"] * (len(many) + 1))
    worker.stop()
    await running


async def test_after_a_crash_in_the_middle_an_automatic_letter_is_unknown_and_an_answer_goes_again_byte_for_byte(
    store: Store, desk: Desk, clock: FakeClock
) -> None:
    """P5: over SMTP nothing is exactly once; an acknowledgement goes at most once, an answer at least once."""
    answer = letter(LetterKind.REPLY, cause="inbound:2"), submission("l2")
    await store.write(lambda tx: take_in(tx, decision(opened()), (letter(), submission("l1")), answer))
    stuck = Stuck()
    dying = courier(store, desk, clock, mail=stuck)
    await dying.once()
    await until(store, "sending", "sending")
    await store.enter("the next")
    wire = Wire()
    await round_of(courier(store, desk, clock, mail=wire))
    assert await states(store) == ["unknown", "sent"]
    assert wire.sent == [submission("l2")]


async def test_no_more_than_eight_letters_are_ever_at_the_wire(store: Store, desk: Desk, clock: FakeClock) -> None:
    """P5: they are what is of unknown fate when we are killed."""
    many = [(letter(LetterKind.REPLY, cause=f"inbound:{n}"), submission(f"l{n}")) for n in range(15)]
    await store.write(lambda tx: take_in(tx, decision(opened()), *many))
    wire = Counting(store)
    await round_of(courier(store, desk, clock, mail=wire))
    assert await states(store) == ["sent"] * 15
    assert wire.most <= Courier.at_the_wire == 8


async def test_what_became_of_a_letter_is_kept_when_the_database_was_away_meanwhile(
    store: Store, desk: Desk, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened()), (letter(), submission())))
    stuck, write, away = Stuck(), store.write, [StoreDown("gone")] * 3

    async def failing(fn: Callable[[Tx], object]) -> object:
        if away:
            raise away.pop()
        return await write(fn)

    worker = courier(store, desk, clock, mail=stuck)
    await worker.once()
    await until(store, "sending")
    monkeypatch.setattr(store, "write", failing)
    stuck.go_on.set()
    await worker.finish()
    assert (await states(store), away, len(stuck.sent)) == (["sent"], [], 1)


async def test_letters_for_a_channel_that_there_is_not_wait_for_it(store: Store, desk: Desk, clock: FakeClock) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened()), (letter(), submission(channel="gone"))))
    assert await round_of(courier(store, desk, clock, mail=Wire())) == 0
    clock.at += timedelta(days=1)
    assert await states(store) == ["pending"]
