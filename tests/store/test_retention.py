"""What is due is what is old, settled and of its class; never what somebody still works on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from intake.case import Kind
from intake.deciding.decision import Decision, Verdict
from intake.retention import Class
from store import inbound, retention
from store.database import Store
from store.schema import inbound as messages
from store.writer import Tx
from tests.harbour import TUESDAY
from tests.store.examples import REF, decision, do, event, opened, raw, take_in

OPEN = "HH-1111-1111K"
LATER = TUESDAY + timedelta(days=1)
RESOLVED = event(Kind.CASE_RESOLVED, LATER, "asha", resolution="Replaced", follow_up=False)


def receive(tx: Tx, name: str, **changes: object) -> int:
    return inbound.receive(tx, raw(name, **changes)).inbound_id


def record(tx: Tx, name: str, ref: str | None = None, **changes: object) -> int:
    """A message that was decided without opening anything."""
    number = receive(tx, name, **changes)
    made = Decision(verdict=Verdict.RECORD, reasons=("automatic-message",), case_ref=ref, party="robot")
    do(tx, made, inbound_id=number)
    return number


@pytest.fixture
async def kept(store: Store) -> dict[str, int]:
    """One of everything."""

    def fill(tx: Tx) -> dict[str, int]:
        numbers = {
            "mail": take_in(tx, decision(opened())),
            "open": take_in(tx, decision(opened(OPEN), ref=OPEN), source_id="2"),
        }
        do(tx, decision(RESOLVED))
        numbers |= {"chat": record(tx, "c1/3", REF, channel="chat"), "others": record(tx, "4"), "new": receive(tx, "5")}
        numbers["parked"] = receive(tx, "6")
        inbound.park(tx, numbers["parked"], fault="fault")
        return numbers

    return await store.write(fill)


async def due(store: Store, what: Class, **before: float) -> list[tuple[int | None, str | None]]:
    found = await store.read(lambda tx: list(retention.due(tx, what, before=TUESDAY + timedelta(**before))))
    return [(each.inbound_id, each.case_ref) for each in found]


async def test_each_class_has_its_own(store: Store, kept: dict[str, int]) -> None:
    assert await due(store, Class.MAIL, seconds=1) == [(kept["mail"], REF)]
    assert await due(store, Class.CHAT, seconds=1) == [(kept["chat"], REF)]
    assert await due(store, Class.OTHERS, seconds=1) == [(kept["others"], None)]
    assert await due(store, Class.HELD, seconds=1) == [(kept["parked"], None)]


async def test_a_complaint_counts_from_the_last_thing_that_happened(store: Store, kept: dict[str, int]) -> None:
    assert await due(store, Class.COMPLAINTS, days=1) == []
    assert await due(store, Class.COMPLAINTS, days=1, seconds=1) == [(None, REF)]


@pytest.mark.parametrize("what", Class)
async def test_what_is_younger_stays(store: Store, kept: dict[str, int], what: Class) -> None:
    assert await due(store, what, seconds=0) == []


async def test_more_than_a_page_is_found_whole(store: Store) -> None:
    def fill(tx: Tx) -> None:
        inbound.receive_all(tx, [raw(str(number)) for number in range(retention.PAGE + 3)])
        tx.execute(update(messages).values(state="done"))

    await store.write(fill)
    assert len(await due(store, Class.OTHERS, seconds=1)) == retention.PAGE + 3
