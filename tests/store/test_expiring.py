"""What was kept long enough goes for good, is told on its case, and leaves a database that audits clean."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from intake.case import Event, Kind
from intake.retention import Class
from store import cases, erasing, expiring, inbound, person, register
from store.audit import audit
from store.database import Store
from store.expiring import Terms
from store.retention import Due
from store.schema import blob, contact_point, outbox
from store.schema import inbound as messages
from store.writer import Tx
from tests.harbour import POLICY, TUESDAY
from tests.store.examples import REF, decision, do, letter, opened, raw, submission, take_in
from tests.store.test_retention import OPEN, RESOLVED, record

YEARS_LATER = TUESDAY + timedelta(days=3000)


def terms(what: Class) -> Terms:
    return Terms(what=what, before=YEARS_LATER, policy=POLICY, now=YEARS_LATER)


async def announce(store: Store, what: Class) -> list[Due]:
    return await store.write(lambda tx: expiring.announce(tx, terms(what)))


async def expire(store: Store, what: Class) -> int:
    some = await announce(store, what)
    return await store.write(lambda tx: expiring.delete(tx, terms(what), some))


async def faults(store: Store) -> list[str]:
    found = await store.read(lambda tx: audit(tx, policy=POLICY))
    return [f"{fault.slug} {fault.where}" for fault in found.faults]


async def history(store: Store, ref: str = REF) -> list[Event]:
    return await store.read(lambda tx: cases.history(tx, ref))


async def left(store: Store) -> list[bytes]:
    """The bytes of all that came in, as they can be read."""
    kept = select(blob.c.content).join(messages, messages.c.blob_id == blob.c.sha256).order_by(messages.c.id)
    return await store.read(lambda tx: list(tx.scalars(kept)))


@pytest.fixture
async def kept(store: Store) -> dict[str, int]:
    """A settled case with a mail, a chat and a letter; an open one; a robot's mail; a parked one."""

    def fill(tx: Tx) -> dict[str, int]:
        numbers = {"mail": take_in(tx, decision(opened()), (letter(), submission()))}
        numbers["open"] = take_in(tx, decision(opened(OPEN, address="bo@third.example"), ref=OPEN), source_id="2")
        do(tx, decision(RESOLVED))
        numbers |= {"chat": record(tx, "c1/3", REF, channel="chat"), "others": record(tx, "4")}
        numbers["parked"] = inbound.receive(tx, raw("5")).inbound_id
        inbound.park(tx, numbers["parked"], fault="fault")
        return numbers

    made = await store.write(fill)
    await store.enter("test")
    return made


async def sent(store: Store) -> None:
    """No letter waits any more."""
    await store.write(lambda tx: tx.execute(update(outbox).values(state="sent")).rowcount)


@pytest.mark.parametrize(
    ("what", "number"), [(Class.MAIL, 0), (Class.CHAT, 2), (Class.OTHERS, 3), (Class.HELD, 4)], ids=lambda x: str(x)
)
async def test_one_class_goes_and_all_others_stay(store: Store, kept: dict[str, int], what: Class, number: int) -> None:
    before = await left(store)
    assert await expire(store, what) == 1
    after = await left(store)
    assert after[number] == b""
    assert after[:number] + after[number + 1 :] == before[:number] + before[number + 1 :]
    assert await expire(store, what) == 0, "once is enough"
    assert await faults(store) == []


@pytest.mark.parametrize("what", [Class.MAIL, Class.CHAT])
async def test_what_goes_of_a_case_is_an_event_of_it(store: Store, kept: dict[str, int], what: Class) -> None:
    await expire(store, what)
    told = (await history(store))[-1]
    assert (told.kind, told.at, told.actor) == (Kind.MESSAGES_DELETED, YEARS_LATER, "daemon")
    assert told.data == {"class": what.value, "inbound_ids": [kept[what.value]]}
    assert (await store.read(lambda tx: cases.look(tx, REF))).issue == "The lamp arrived broken"  # type: ignore[union-attr]


async def test_of_a_complaint_the_shell_stays_and_of_its_customer_nothing(store: Store, kept: dict[str, int]) -> None:
    await sent(store)
    assert await expire(store, Class.COMPLAINTS) == 1
    assert (await history(store))[-1].kind is Kind.ERASED
    assert not (await store.read(lambda tx: person.find(tx, "jo@customer.example"))).known
    rows = await store.read(register.rows)
    assert sorted((row[2], row[5]) for row in rows) == [("2026-01-13", "Jo Brown"), ("2026-01-13", "erased")]
    assert await expire(store, Class.COMPLAINTS) == 0
    assert await faults(store) == []


async def test_whoever_has_another_case_stays_known(store: Store, kept: dict[str, int]) -> None:
    other = "HH-2222-2222K"
    await store.write(lambda tx: take_in(tx, decision(opened(other), ref=other), source_id="9"))
    await expire(store, Class.COMPLAINTS)
    points = await store.read(lambda tx: tx.scalars(select(contact_point.c.words)).all())
    assert "jo@customer.example" in points
    assert await faults(store) == []


async def test_d03_a_legal_hold_wins_over_every_class(store: Store, kept: dict[str, int]) -> None:
    held = Event(kind=Kind.LEGAL_HOLD_PLACED, at=TUESDAY, actor="asha", data={"reason": "lawsuit"})
    await store.write(lambda tx: erasing.note(tx, [REF], held, policy=POLICY))
    for what in (Class.MAIL, Class.CHAT, Class.COMPLAINTS):
        assert await expire(store, what) == 0


async def test_what_was_told_before_a_crash_is_not_told_again(store: Store, kept: dict[str, int]) -> None:
    await announce(store, Class.MAIL)
    assert await faults(store) == [], "what is still there is whole"
    assert await expire(store, Class.MAIL) == 1
    assert [event.kind for event in await history(store)].count(Kind.MESSAGES_DELETED) == 1


async def test_a_crash_after_the_keys_is_mended_at_the_next_start(store: Store, kept: dict[str, int]) -> None:
    some = await announce(store, Class.MAIL)

    class Died(Exception):
        pass

    def die(tx: Tx) -> None:
        expiring.delete(tx, terms(Class.MAIL), some)
        raise Died

    with pytest.raises(Died):
        await store.write(die)
    assert await faults(store) != []
    await store.write(lambda tx: erasing.finish(tx, policy=POLICY, now=YEARS_LATER))
    assert await faults(store) == []
    assert await expire(store, Class.MAIL) == 0
    assert (await left(store))[0] == b""


async def test_a_case_that_was_opened_again_meanwhile_keeps_what_it_has(store: Store, kept: dict[str, int]) -> None:
    some = await announce(store, Class.MAIL)
    reopened = Event(kind=Kind.CASE_REOPENED, at=TUESDAY, actor="customer", data={"reason": "customer-wrote-again"})
    await store.write(lambda tx: erasing.note(tx, [REF], reopened, policy=POLICY))
    assert await store.write(lambda tx: expiring.delete(tx, terms(Class.MAIL), some)) == 0


async def test_loss_is_not_taken_for_retention(store: Store, kept: dict[str, int]) -> None:
    """A message whose bytes were taken away by hand is a fault; one whose time was over is none."""
    await expire(store, Class.OTHERS)
    assert await faults(store) == []
    await store.write(lambda tx: tx.execute(update(blob).where(blob.c.size > 0).values(content=b"")).rowcount)
    assert {fault.split()[0] for fault in await faults(store)} == {"blob-changed"}


async def test_more_than_a_batch_goes_batch_by_batch(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiring, "BATCH", 2)

    def fill(tx: Tx) -> None:
        inbound.receive_all(tx, [raw(str(number)) for number in range(5)])
        done = {"state": "done", "verdict": "RECORD", "reasons": ["automatic-message"]}
        tx.execute(update(messages).values(done))

    await store.write(fill)
    assert [await expire(store, Class.OTHERS) for _ in range(4)] == [2, 2, 1, 0]
    assert await faults(store) == []
