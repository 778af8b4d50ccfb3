"""Messages are kept once, taken up once, retried, parked and released."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from intake.case import Kind
from intake.deciding.decision import Hold, Verdict
from intake.message import Envelope
from store import LostLease, inbound, nodes
from store.database import Store
from tests.harbour import TUESDAY
from tests.store.databases import Postgres
from tests.store.examples import ME, OTHER_NODE, decision, do, event, opened, raw, take_in

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def claim(store: Store, *, node: int = ME, now=TUESDAY, limit: int = 10, **also) -> list[inbound.Claimed]:
    return await store.write(lambda tx: inbound.claim(tx, node=node, now=now, limit=limit, **also))


async def receive(store: Store, *messages) -> list[int]:
    receipts = await store.write(lambda tx: [inbound.receive(tx, each) for each in messages])
    return [receipt.inbound_id for receipt in receipts]


async def test_a_message_comes_back_exactly_as_it_came_but_for_its_name(store: Store) -> None:
    """That is there to be recognised by: a provider may name a person by it."""
    original = raw(
        blob=bytes(range(256)), quiet=True, envelope=Envelope(mail_from="", rcpt_to=("a@b", "c@d"), login="asha")
    )
    await receive(store, original)
    [claimed] = await claim(store)
    assert replace(claimed.raw, source_id=original.source_id) == original != claimed.raw


async def test_a_message_delivered_twice_is_kept_once(store: Store) -> None:
    first = await store.write(lambda tx: inbound.receive(tx, raw("7")))
    second = await store.write(lambda tx: inbound.receive(tx, raw("7")))
    assert (first.new, second.new, second.inbound_id) == (True, False, first.inbound_id)
    assert len(await claim(store)) == 1


async def test_of_messages_kept_together_each_is_kept_once_and_answered_for_in_its_place(store: Store) -> None:
    [old] = await receive(store, raw("7"))
    together = [raw("8"), raw("7"), raw("9"), raw("8")]
    receipts = await store.write(lambda tx: inbound.receive_all(tx, together))
    assert [receipt.new for receipt in receipts] == [True, False, True, False]
    eighth, seventh, ninth, again = (receipt.inbound_id for receipt in receipts)
    assert (seventh, again) == (old, eighth)
    assert [each.inbound_id for each in await claim(store)] == [old, eighth, ninth]


async def test_the_same_bytes_by_two_ways_are_two_messages(store: Store) -> None:
    ids = await receive(store, raw("1", blob=b"x"), raw("2", blob=b"x"), raw("1", account="sales", blob=b"x"))
    assert len(set(ids)) == 3


async def test_long_names_that_differ_at_the_end_stay_different(store: Store) -> None:
    ids = await receive(store, raw("x" * 5000 + "1"), raw("x" * 5000 + "2"), raw("x" * 5000 + "1"))
    assert ids[0] == ids[2] != ids[1]


@pytest.mark.parametrize("hostile", ["\x00", "\ud800", "\U0001f600" * 200, "'; DROP TABLE inbound; --"])
async def test_no_text_that_a_stranger_sends_is_refused(store: Store, hostile: str) -> None:
    envelope = Envelope(mail_from=hostile, rcpt_to=(hostile,), peer=hostile)
    assert len(await receive(store, raw(hostile, account=hostile, envelope=envelope))) == 1
    assert len(await claim(store)) == 1


async def test_what_staff_wrote_is_taken_up_first_then_the_oldest_and_imported_history_last(store: Store) -> None:
    ids = await receive(store, raw("1", quiet=True), raw("2"), raw("3"), raw("4", by_staff=True))
    assert [each.inbound_id for each in await claim(store)] == [ids[3], ids[1], ids[2], ids[0]]


async def test_what_one_has_taken_up_no_other_gets(store: Store) -> None:
    ids = await receive(store, raw())
    assert len(await claim(store)) == 1
    assert await claim(store, node=OTHER_NODE) == []
    assert await claim(store, at_hand=ids) == []


async def test_what_a_node_has_and_does_not_know_it_gets_again_and_nobody_suspects_the_message(store: Store) -> None:
    """The answer of the database may be lost, and a fault may end the work on a message without a word."""
    await receive(store, raw())
    assert [[each.claims for each in await claim(store)] for _ in range(3)] == [[1], [1], [1]]


async def test_no_more_is_taken_up_than_there_is_room_for(store: Store) -> None:
    """P-07: fifty mails of 50 MB at once would be more than there is memory. One that fits nowhere comes after all others."""
    ids = await receive(store, *(raw(str(size), blob=b"x" * size) for size in (400, 500, 2000, 600)))

    async def taken(room: int, *at_hand: int) -> list[int]:
        return [each.inbound_id for each in await claim(store, room=room, at_hand=at_hand)]

    assert await taken(1000) == ids[:2]
    assert await taken(100, *ids[:2]) == []
    assert await taken(1000, *ids[:2]) == []
    await store.write(lambda tx: [inbound.park(tx, each, fault="") for each in ids[:2]])
    assert await taken(1000) == ids[2:3]
    assert await taken(1000, ids[2]) == ids[3:]


async def test_a_message_that_ended_the_process_comes_alone_and_makes_no_other_suspect(store: Store) -> None:
    """P-04: zammad #2754, chatwoot #5081: one bad mail must not take its neighbours with it."""
    ids = await receive(store, raw("1"), raw("2"), raw("3"))
    crashes = []
    for number in range(4):
        crashes.append(await claim(store, node=ME + number, now=TUESDAY + number * MINUTE))
        await store.write(lambda tx, number=number: nodes.end(tx, ME + number))
    assert [[each.inbound_id for each in batch] for batch in crashes] == [ids, ids, ids[:1], ids[:1]]
    await store.write(lambda tx: inbound.park(tx, ids[0], fault="ends_the_process"))
    after = await claim(store, now=TUESDAY + 4 * MINUTE)
    assert [(each.inbound_id, each.claims) for each in after] == [(ids[1], inbound.SUSPECT_AFTER)]
    assert await store.write(lambda tx: inbound.retry(tx, ids[0]))
    again = await claim(store, now=TUESDAY + 4 * MINUTE, at_hand=[ids[1]])
    assert [(each.inbound_id, each.claims) for each in again] == [(ids[0], 1)]


async def test_two_nodes_never_take_up_the_same_message(postgres: Postgres) -> None:
    with postgres.fresh() as url:
        both = [await Store.open(url), await Store.open(url)]
        await receive(both[0], *(raw(str(number)) for number in range(200)))
        batches = await asyncio.gather(
            *(
                claim(each, node=number, limit=7, at_hand=range(1000))
                for _ in range(20)
                for number, each in enumerate(both)
            )
        )
        taken = Counter(each.inbound_id for batch in batches for each in batch)
        assert (len(taken), set(taken.values())) == (200, {1})
        for each in both:
            await each.close()


async def test_a_fault_of_ours_is_tried_again_later_and_parked_after_three(store: Store) -> None:
    [inbound_id] = await receive(store, raw())
    now, outcomes = TUESDAY, []
    for _ in range(3):
        assert len(await claim(store, now=now)) == 1
        outcomes.append(await store.write(lambda tx, now=now: inbound.fail(tx, inbound_id, now=now, fault="line 1")))
        assert await claim(store, now=now + SECOND) == []
        now += timedelta(hours=1)
    assert outcomes == [False, False, True]
    assert await claim(store, now=now) == []
    [waiting] = await store.read(inbound.parked)
    assert (waiting.inbound_id, waiting.state, waiting.fault) == (inbound_id, "parked", "line 1")


async def test_a_parked_message_can_be_tried_again(store: Store) -> None:
    [inbound_id] = await receive(store, raw())
    for _ in range(3):
        await store.write(lambda tx: inbound.fail(tx, inbound_id, now=TUESDAY, fault="line 1"))
    assert await store.write(lambda tx: inbound.retry(tx, inbound_id))
    assert [each.attempts for each in await claim(store)] == [0]
    assert not await store.write(lambda tx: inbound.retry(tx, inbound_id))


async def test_a_decided_message_is_decided_once(store: Store) -> None:
    """K-08: whoever comes late finds the work done."""
    inbound_id = await store.write(lambda tx: take_in(tx, decision(opened())))
    with pytest.raises(LostLease):
        await store.write(lambda tx: do(tx, decision(verdict=Verdict.RECORD), inbound_id=inbound_id))
    assert await claim(store) == []
    assert not await store.write(lambda tx: inbound.fail(tx, inbound_id, now=TUESDAY, fault="late"))


async def test_a_held_message_waits_for_its_person_until_released(store: Store) -> None:
    held = decision(opened(status="held"), verdict=Verdict.HOLD, hold=Hold(reason="perhaps-related", person="asha"))
    inbound_id = await store.write(lambda tx: take_in(tx, held))
    [waiting] = await store.read(inbound.parked)
    assert (waiting.state, waiting.reason, waiting.person, waiting.case_ref) == (
        "held",
        "perhaps-related",
        "asha",
        held.case_ref,
    )
    assert await store.write(lambda tx: inbound.release(tx, inbound_id, now=TUESDAY))
    assert await store.read(inbound.parked) == []
    assert not await store.write(lambda tx: inbound.release(tx, inbound_id, now=TUESDAY))


async def test_releasing_a_held_case_ends_the_waiting_of_its_messages(store: Store) -> None:
    held = decision(opened(status="held"), verdict=Verdict.HOLD, hold=Hold(reason="perhaps-related", person="asha"))
    await store.write(lambda tx: take_in(tx, held))
    released = decision(event(Kind.CASE_RELEASED, actor="asha"), verdict=Verdict.APPEND)
    await store.write(lambda tx: take_in(tx, released, source_id="2"))
    assert await store.read(inbound.parked) == []


async def test_what_is_held_without_a_case_is_shown_with_its_reason(store: Store) -> None:
    await store.write(
        lambda tx: take_in(tx, decision(verdict=Verdict.HOLD, case_ref=None, reasons=("staff-not-proven",)))
    )
    assert [each.reason for each in await store.read(inbound.parked)] == ["staff-not-proven"]
