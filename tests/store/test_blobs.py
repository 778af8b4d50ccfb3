"""Bytes in the database: which of them may go to an object store, and that none goes that somebody needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from threading import Event
from typing import Any

import pytest
from sqlalchemy import update

from store import blobs, inbound
from store.audit import audit
from store.database import Store
from store.schema import blob, outbox
from store.schema import inbound as messages
from store.writer import Tx
from tests.harbour import POLICY, TUESDAY
from tests.store.examples import ME, decision, do, letter, opened, raw, submission

LATER = TUESDAY + timedelta(days=31)
LARGE = b"Subject: Broken lamp, with pictures\r\n\r\n" + b"x" * 20_000
NAME = sha256(LARGE).hexdigest()


def arrive(tx: Tx, source_id: str = "1", **changes: Any) -> int:
    return inbound.receive(tx, raw(source_id, **({"blob": LARGE} | changes))).inbound_id


def write(tx: Tx, **changes: Any) -> None:
    do(tx, decision(opened()), (letter(), replace(submission(), blob=LARGE, **changes)))


def become(table: Any, state: str) -> Callable[[Tx], None]:
    verdict = {"verdict": "RECORD", "reasons": ["noted"]} if table is messages else {}
    return lambda tx: tx.execute(update(table).values(state=state, **verdict)) and None


def movable(tx: Tx) -> list[str]:
    return blobs.movable(tx, before=LATER - timedelta(days=30), limit=10)


FREE: dict[str, list[Callable[[Tx], Any]]] = {
    "a decided mail": [arrive, become(messages, "done")],
    "the same mail by two ways, both decided": [arrive, lambda tx: arrive(tx, "2"), become(messages, "done")],
    "a sent letter": [write, become(outbox, "sent")],
    "a rejected letter": [write, become(outbox, "rejected")],
}
NEEDED: dict[str, list[Callable[[Tx], Any]]] = {
    "a mail to be decided": [arrive],
    "a held mail": [arrive, become(messages, "held")],
    "a parked mail": [arrive, become(messages, "parked")],
    "a mail that came again": [arrive, become(messages, "done"), lambda tx: arrive(tx, "2")],
    "a decided mail that is passed on": [arrive, become(messages, "done"), write],
    "a pending letter": [write],
    "a letter at the wire": [write, become(outbox, "sending")],
    "a deferred letter": [write, become(outbox, "deferred")],
    "a letter of unknown fate": [write, become(outbox, "unknown")],
    "a message in a chat window": [lambda tx: arrive(tx, "c/1", channel="chat"), become(messages, "done")],
    "an answer in a chat window": [lambda tx: write(tx, channel="chat"), become(outbox, "sent")],
    "a small mail": [lambda tx: arrive(tx, blob=b"short"), become(messages, "done")],
    "a mail of yesterday": [
        lambda tx: arrive(tx, received_at=LATER - timedelta(days=1)),
        become(messages, "done"),
    ],
}


@pytest.mark.parametrize("story", FREE.values(), ids=FREE)
async def test_what_is_settled_and_old_and_large_may_go(store: Store, story: list[Callable[[Tx], Any]]) -> None:
    await store.write(lambda tx: [step(tx) for step in story])
    assert await store.read(movable) == [NAME]
    assert await store.write(lambda tx: blobs.let_go(tx, [NAME])) == 1
    assert await store.write(lambda tx: blobs.let_go(tx, [NAME])) == 0
    assert await store.read(lambda tx: (blobs.content(tx, NAME), blobs.moved(tx, after="", limit=5))) == (None, [NAME])
    assert await store.read(movable) == []
    assert "blob" not in {fault.slug.partition("-")[0] for fault in (await store.read(audited)).faults}


@pytest.mark.parametrize("story", NEEDED.values(), ids=NEEDED)
async def test_what_somebody_needs_stays(store: Store, story: list[Callable[[Tx], Any]]) -> None:
    await store.write(lambda tx: [step(tx) for step in story])
    assert await store.read(movable) == []


@pytest.mark.parametrize("story", list(NEEDED.values())[:-2], ids=list(NEEDED)[:-2])
async def test_what_is_needed_by_now_is_not_let_go(store: Store, story: list[Callable[[Tx], Any]]) -> None:
    await store.write(lambda tx: [step(tx) for step in story])
    assert await store.write(lambda tx: blobs.let_go(tx, [NAME])) == 0


def audited(tx: Tx) -> Any:
    return audit(tx, policy=POLICY)


async def moved_away(store: Store) -> None:
    await store.write(lambda tx: [arrive(tx), become(messages, "done")(tx)])
    assert await store.write(lambda tx: blobs.let_go(tx, [NAME])) == 1


async def test_bytes_that_come_again_after_they_were_moved_are_here_to_be_decided(store: Store) -> None:
    await moved_away(store)
    again = LATER + timedelta(days=1)
    await store.write(lambda tx: arrive(tx, "2", received_at=again))
    [claimed] = await store.write(lambda tx: inbound.claim(tx, node=ME, now=again, limit=5))
    assert claimed.raw.blob == LARGE
    await store.write(become(messages, "done"))
    assert await store.read(movable) == []  # it is young again
    assert await store.read(lambda tx: blobs.movable(tx, before=again + timedelta(days=1), limit=5)) == [NAME]


@pytest.fixture
async def another(store: Store, url: str) -> AsyncIterator[Store]:
    """A second node's store on the same database."""
    opened = await Store.open(url, exclusive=False)
    yield opened
    await opened.close()


async def test_bytes_that_are_coming_in_while_their_row_is_emptied_are_not_lost(store: Store, another: Store) -> None:
    """Their message is not committed yet: nobody else can see that it needs them."""
    await store.write(lambda tx: [arrive(tx), become(messages, "done")(tx)])
    kept, go_on = Event(), Event()

    def slowly(tx: Tx) -> None:
        arrive(tx, "2")
        kept.set()
        go_on.wait(20)

    coming = asyncio.ensure_future(store.write(slowly))
    await asyncio.to_thread(kept.wait, 20)
    emptying = asyncio.ensure_future(another.write(lambda tx: blobs.let_go(tx, [NAME])))
    await asyncio.wait([emptying], timeout=0.2)
    go_on.set()
    await coming
    assert await emptying == 0
    assert await store.read(lambda tx: blobs.content(tx, NAME)) == LARGE


@pytest.mark.parametrize("story", ["a mail to be decided", "a letter of unknown fate", "a message in a chat window"])
async def test_an_audit_misses_bytes_that_are_needed_here(store: Store, story: str) -> None:
    await store.write(lambda tx: [step(tx) for step in NEEDED[story]])
    await store.write(lambda tx: tx.execute(update(blob).values(content=None)))
    found = (await store.read(audited)).faults
    assert "blob-missing" in {fault.slug for fault in found}
