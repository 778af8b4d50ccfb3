"""Finding out who wrote, between receipt and decision: once, by the same facts for ever, and never without an end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from intake.message import Checked, Envelope, RawMessage
from store import checking, inbound
from store.database import Store
from tests.harbour import TUESDAY, FakeClock
from workers.edge.verifier import UNKNOWN, Verifier

MAIL = RawMessage(
    channel="smtp",
    account="smtp",
    source_id="1",
    envelope=Envelope(peer="192.0.2.1", direct=True),
    blob=b"From: jo@corp.example\r\n\r\nHello\r\n",
    received_at=TUESDAY,
)
GOOD = Checked(header_from="corp.example", dmarc="pass")


class Asked:
    """An evaluation that says what it is told to, and how often it was asked."""

    def __init__(self, said: Checked | Exception) -> None:
        self.said = said
        self.times = 0

    async def check(self, _: RawMessage) -> Checked:
        self.times += 1
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


async def checked(store: Store, evaluation: Any) -> Checked | None:
    """What is kept with the one message after the verifier was there."""
    woken = asyncio.Event()
    verifier = Verifier(store, lambda: evaluation, FakeClock(), woken.set)
    await verifier.once()
    await verifier.finish()
    (claimed,) = await store.write(lambda tx: inbound.claim(tx, node=store.node, now=TUESDAY, limit=9))
    assert woken.is_set()
    return claimed.raw.checked


@pytest.mark.parametrize(("said", "kept"), [(GOOD, GOOD), (RuntimeError("jo@corp.example"), UNKNOWN)])
async def test_what_is_found_out_is_kept_and_a_fault_of_ours_is_no_verdict(
    store: Store, said: Any, kept: Checked
) -> None:
    await store.write(lambda tx: inbound.receive(tx, MAIL))
    assert await checked(store, Asked(said)) == kept


async def test_a_message_waits_for_its_check_and_is_checked_once(store: Store) -> None:
    receipt = await store.write(lambda tx: inbound.receive(tx, MAIL))
    assert await store.write(lambda tx: inbound.claim(tx, node=store.node, now=TUESDAY, limit=9)) == []
    assert await store.write(lambda tx: checking.keep(tx, receipt.inbound_id, GOOD))
    assert not await store.write(lambda tx: checking.keep(tx, receipt.inbound_id, UNKNOWN))
    evaluation = Asked(UNKNOWN)
    assert await Verifier(store, lambda: evaluation, FakeClock(), lambda: None).once() == 0  # type: ignore[arg-type,return-value]
    (claimed,) = await store.write(lambda tx: inbound.claim(tx, node=store.node, now=TUESDAY, limit=9))
    assert (claimed.raw.checked, claimed.claims, evaluation.times) == (GOOD, 1, 0)


async def test_mail_behind_a_border_of_ours_waits_for_nothing(store: Store) -> None:
    behind = replace(MAIL, channel="lmtp", envelope=Envelope())
    await store.write(lambda tx: inbound.receive(tx, behind))
    assert len(await store.write(lambda tx: inbound.claim(tx, node=store.node, now=TUESDAY, limit=9))) == 1
