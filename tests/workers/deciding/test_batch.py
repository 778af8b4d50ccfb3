"""Settling a batch at once comes to the same as settling its messages one after the other."""

from __future__ import annotations

import random  # noqa: TID251 - a mailbox for each seed
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from intake.deciding.decision import Decision
from intake.message import RawMessage
from intake.policy import AckLimits, Policy
from store import cases, colleagues, inbound
from store.audit import audit
from store.database import Store
from tests.harbour import ASHA, HARBOUR, POLICY, TUESDAY, FakeIds
from tests.paper import letters
from tests.store.examples import raw
from workers.deciding.desk import Desk
from workers.deciding.understanding import understand

SEEDS = range(8)
COUNT = 40
NOW = TUESDAY + timedelta(minutes=5)
LIMITS = AckLimits(per_sender_24h=2, per_domain_1h=9, all_1m=14)
DUTY = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ("asha", "kim"))
STRICT = replace(POLICY, brands=(replace(HARBOUR, acknowledgement=LIMITS, rota=DUTY),))


def mailbox(seed: int) -> list[RawMessage]:
    """Few people who write often: about the same order, in answer to each other, and some mails twice."""
    chance, blobs = random.Random(seed), list[bytes]()
    for number in range(COUNT):
        sender = f"{chance.choice(['jo', 'kit', 'mo', 'sam', f'p{number}'])}@{chance.choice(['a', 'b'])}.example"
        sender = ASHA.email if chance.random() < 0.15 else sender  # which nothing proves
        lines = [f"From: {sender}", "To: help@harbour.example", f"Message-ID: <m{number}@{sender}>"]
        lines.append(f"Subject: {chance.choice(['Broken lamp', 'The sofa', 'Where is my order 1234567?', 'Late'])}")
        if number and chance.random() < 0.4:
            answered = chance.randrange(number)
            lines.append(
                "References: " + " ".join(f"<m{answered}@{p}@{d}.example>" for p in ("jo", "kit") for d in "ab")
            )
        words = chance.choice(
            ["It arrived broken.", f"Order {chance.randrange(10**6, 10**6 + 3)} is late.", "No answer yet!"]
        )
        blobs.append("\r\n".join([*lines, "", f"{words} I wrote to you before.", ""]).encode())
        if chance.random() < 0.1:
            blobs.append(b"Received: from elsewhere\r\n" + chance.choice(blobs))
    return [raw(str(number), blob=blob) for number, blob in enumerate(blobs)]


async def decided(mails: list[RawMessage], policy: Policy, together: int) -> tuple[list[Decision], Any, Any]:
    """The decisions, the cases at the end, and what the audit finds."""
    store, desk = await Store.open("sqlite://"), Desk(policy=policy, letters=letters(), ids=FakeIds())
    await store.write(lambda tx: colleagues.know(tx, policy))
    receipts = await store.write(lambda tx: inbound.receive_all(tx, mails))
    batch = {kept.inbound_id: understand(mail, policy) for kept, mail in zip(receipts, mails, strict=True)}
    found: dict[int, Decision] = {}
    for first in range(0, len(mails), together):
        some = dict(list(batch.items())[first : first + together])
        found |= await store.write(lambda tx, some=some: desk.settle(tx, some, NOW))
    stored = await store.read(lambda tx: cases.newest(tx, limit=COUNT * 2))
    faults = (await store.read(lambda tx: audit(tx, policy=policy))).faults
    await store.close()
    return list(found.values()), stored, faults


def told(decisions: list[Decision]) -> list[tuple[Any, ...]]:
    """What can be compared: case numbers are drawn in another order, so a case is called after its first message."""
    first: dict[str, int] = {}
    for number, each in enumerate(decisions):
        first.setdefault(each.case_ref or "", number)
    return [
        (d.verdict, d.reasons, d.score, first[d.case_ref or ""], [(x.kind, x.to) for x in d.letters]) for d in decisions
    ]


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_batch_is_decided_as_its_messages_would_be_one_by_one(seed: int) -> None:
    mails = mailbox(seed)
    alone, cases_alone, _ = await decided(mails, STRICT, 1)
    at_once, cases_at_once, faults = await decided(mails, STRICT, len(mails))
    assert told(at_once) == told(alone)
    assert faults == ()
    assert sorted((c.contacts, c.handler, c.participants, c.matters) for c in cases_at_once) == sorted(
        (c.contacts, c.handler, c.participants, c.matters) for c in cases_alone
    )
    assert len({d.verdict for d in alone}) >= 3, "the mailbox is dull"
