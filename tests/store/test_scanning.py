"""Messages that wait for the scanner: taken up by it alone, decided by what it said, and put off for as long as it is away."""

from __future__ import annotations

from datetime import datetime, timedelta

from intake.message import Scanned
from store import inbound, scanning
from store.database import Store
from tests.harbour import TUESDAY
from tests.store.examples import ME, raw

CLEAN = Scanned(verdict="clean")
PAUSE = timedelta(seconds=30)


async def to_scan(store: Store, now: datetime = TUESDAY) -> list[int]:
    found = await store.write(lambda tx: scanning.claim(tx, node=ME, now=now, limit=9))
    return [each.inbound_id for each in found]


async def to_decide(store: Store, *, scanned: bool = True) -> list[inbound.Claimed]:
    return await store.write(lambda tx: inbound.claim(tx, node=ME, now=TUESDAY, limit=9, scanned=scanned))


async def test_a_message_is_decided_when_it_has_been_scanned_and_by_the_first_verdict(store: Store) -> None:
    receipt = await store.write(lambda tx: inbound.receive(tx, raw("1")))
    assert await to_decide(store) == []
    assert await to_scan(store) == [receipt.inbound_id]
    assert await store.write(lambda tx: scanning.keep(tx, receipt.inbound_id, CLEAN))
    infected = Scanned(verdict="infected", found=("Eicar",))
    assert not await store.write(lambda tx: scanning.keep(tx, receipt.inbound_id, infected))
    assert await to_scan(store) == []
    [claimed] = await to_decide(store)
    assert (claimed.raw.scanned, claimed.claims) == (CLEAN, 1)


async def test_a_message_that_is_put_off_comes_again_and_is_not_suspected(store: Store) -> None:
    receipt = await store.write(lambda tx: inbound.receive(tx, raw("1")))
    for number in range(inbound.ENDS_THE_PROCESS + 1):
        now = TUESDAY + number * PAUSE
        assert await to_scan(store, now) == [receipt.inbound_id]
        await store.write(lambda tx, until=now + PAUSE: scanning.put_off(tx, receipt.inbound_id, until=until))
        assert await to_scan(store, now) == []


async def test_without_a_scanner_nothing_waits_for_one(store: Store) -> None:
    await store.write(lambda tx: inbound.receive(tx, raw("1")))
    [claimed] = await to_decide(store, scanned=False)
    assert claimed.raw.scanned is None
