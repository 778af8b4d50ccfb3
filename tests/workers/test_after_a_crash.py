"""What a crash leaves behind comes to an end: messages that end the process, letters that nobody answered for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from intake.letters.letter import Delivery, LetterKind, Outcome, Submission
from store import inbound
from store.database import Store
from store.errors import LostLease
from store.schema import outbox as letters
from tests.harbour import POLICY, FakeClock, FakeIds
from tests.paper import letters as pen
from tests.store.examples import decision, die_with_messages, letter, opened, raw, submission, take_in
from workers.courier import Courier
from workers.deciding.desk import Desk
from workers.deciding.triage import Triage
from workers.life import Life


def desk() -> Desk:
    return Desk(policy=POLICY, letters=pen(), ids=FakeIds())


def triage(store: Store, clock: FakeClock, at: Desk | None = None) -> Triage:
    return Triage(store, at or desk(), clock, decided=lambda: None)


async def states(store: Store) -> list[str]:
    return list(await store.read(lambda tx: tx.scalars(select(letters.c.state).order_by(letters.c.id)).all()))


async def test_a_message_that_ends_the_process_each_time_is_parked_and_the_next_one_is_decided(
    store: Store, clock: FakeClock
) -> None:
    """P-04."""
    await store.write(lambda tx: [inbound.receive(tx, raw("1")), inbound.receive(tx, raw("2"))])
    for _ in range(inbound.ENDS_THE_PROCESS - 1):  # each time, the process ends before it is through
        await store.write(lambda tx: die_with_messages(tx, clock.now()))
        clock.advance(minutes=2)
    worker = triage(store, clock)
    while await worker.once():
        await worker.settled()
    await worker.finish()
    [waiting] = await store.read(inbound.parked)
    assert (waiting.state, waiting.fault, waiting.inbound_id) == ("parked", "ends_the_process", 1)
    assert await store.read(lambda tx: tx.scalar(select(letters.c.cause))) == "inbound:2"


class Overtaken(Desk):
    """Somebody else has decided the message while we read it."""

    def settle(self, tx, batch, now):
        raise LostLease(", ".join(map(str, batch)))


async def test_a_message_that_another_node_has_decided_is_left_alone(store: Store, clock: FakeClock) -> None:
    await store.write(lambda tx: inbound.receive(tx, raw()))
    worker = triage(store, clock, Overtaken(policy=POLICY, letters=pen(), ids=FakeIds()))
    await worker.once()
    await worker.finish()
    [again] = await store.write(lambda tx: inbound.claim(tx, node=store.node, now=clock.now(), limit=1))
    assert again.attempts == 0


class Silent:
    """Takes a whole letter, and never says whether it arrived."""

    def __init__(self) -> None:
        self.sent: list[Submission] = []

    async def send(self, made: Submission) -> Sequence[Delivery]:
        self.sent.append(made)
        return [Delivery(recipient=r, outcome=Outcome.DEFERRED, maybe_arrived=True) for r in made.rcpt_to]

    async def probe(self) -> list[str]:
        return []


async def test_a_letter_that_may_have_arrived_is_repeated_only_if_a_person_wrote_it(
    store: Store, clock: FakeClock
) -> None:
    """P5: an acknowledgement at most once, an answer at least once and byte for byte the same."""
    made = (letter(), submission("l1")), (letter(LetterKind.REPLY), submission("l2"))
    await store.write(lambda tx: take_in(tx, decision(opened()), *made))
    wire = Silent()
    courier = Courier(store, {"mail": wire}, desk(), clock, FakeIds(), Life(store, ended=lambda: None))
    for _ in range(3):
        await courier.once()
        await courier.finish()
        clock.at += timedelta(days=1)
    assert [each.message_id[:2] for each in wire.sent] == ["l2", "l1", "l2", "l2"]
    assert len(set(wire.sent)) == 2
    assert (await states(store))[:2] == ["unknown", "deferred"]
