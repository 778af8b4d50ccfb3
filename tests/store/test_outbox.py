"""Letters go out once where that can be, and never twice by mistake."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from intake.case import Route
from intake.letters.letter import Delivery, LetterKind, Outcome, Pending
from store import nodes, outbox
from store.database import Store
from store.schema import outbox as letters
from tests.harbour import TUESDAY
from tests.store.examples import ME, OTHER_NODE, REF, decision, letter, opened, submission, take_in

LATER = TUESDAY + timedelta(minutes=5)


async def queue(store: Store, *made) -> None:
    """Letters that were written in the transaction that opened the case."""
    await store.write(lambda tx: take_in(tx, decision(opened()), *made))


async def claim(store: Store, *, now: datetime = TUESDAY, node: int = ME, channels=("mail",)) -> list[Pending]:
    return await store.write(lambda tx: outbox.claim(tx, node=node, now=now, limit=10, channels=channels))


async def states(store: Store) -> list[str]:
    return list(await store.read(lambda tx: tx.scalars(select(letters.c.state).order_by(letters.c.id)).all()))


async def send(store: Store, *, node: int = ME) -> list[Pending]:
    """Take letters up and go to the wire with them."""
    taken = await claim(store, node=node)
    assert len(await begin(store, *taken, node=node)) == len(taken)
    return taken


async def begin(store: Store, *pending: Pending, node: int = ME) -> list[outbox.Begun]:
    ids = [each.outbox_id for each in pending]
    begun = await store.write(lambda tx: outbox.begin(tx, ids, node=node))
    return [begun[each] for each in ids if each in begun]


async def at_the_wire(store: Store, *, now: datetime = TUESDAY) -> list[outbox.Begun]:
    """The same, as they are settled."""
    return await begin(store, *await claim(store, now=now))


def ended(begun: outbox.Begun, *deliveries: Delivery, again: datetime | None = None) -> outbox.Ended:
    return outbox.Ended(begun=begun, deliveries=deliveries, at=TUESDAY, next_attempt=again)


async def settle(store: Store, *endings: outbox.Ended) -> list[str]:
    return await store.write(lambda tx: outbox.settle(tx, endings))


def delivery(recipient: str, outcome: Outcome, code: int = 250) -> Delivery:
    return Delivery(recipient=recipient, outcome=outcome, code=code)


async def test_a_letter_comes_out_exactly_as_it_was_composed(store: Store) -> None:
    await queue(store, (letter(), submission()))
    [pending] = await claim(store)
    assert pending.submission == submission()
    assert (pending.kind, pending.case_ref, pending.automatic) == (LetterKind.ACKNOWLEDGEMENT, REF, True)
    assert (pending.attempts, pending.created_at) == (0, TUESDAY)


async def test_one_cause_never_writes_the_same_letter_twice(store: Store) -> None:
    await queue(store, (letter(), submission("l1")), (letter(), submission("l2")))
    assert [each.submission.message_id for each in await claim(store)] == ["l1@harbour.example"]


async def test_a_notification_goes_to_each_of_two_people(store: Store) -> None:
    people = [
        (
            letter(LetterKind.NOTIFICATION, to=Route(channel="mail", address=address)),
            submission(address[:3], address),
        )
        for address in ("asha@staff.harbour.example", "ben@staff.harbour.example")
    ]
    await queue(store, *people)
    assert len(await claim(store)) == 2


async def test_a_letter_at_the_wire_is_nobody_elses(store: Store) -> None:
    await queue(store, (letter(), submission()))
    await send(store)
    assert await states(store) == ["sending"]
    assert await claim(store, node=OTHER_NODE, now=LATER) == []


async def test_a_letter_that_was_only_taken_up_is_sent_by_whoever_comes_next(store: Store) -> None:
    """A crash must not cost the customers in the queue their acknowledgements, only those at the wire."""
    await queue(store, (letter(), submission()))
    [taken] = await claim(store)
    assert await claim(store, node=OTHER_NODE) == []
    await store.write(lambda tx: nodes.end(tx, ME))
    assert [each.outbox_id for each in await claim(store, node=OTHER_NODE)] == [taken.outbox_id]
    assert not await begin(store, taken)
    assert await begin(store, taken, node=OTHER_NODE)


async def test_what_a_person_wrote_goes_first(store: Store) -> None:
    await queue(store, (letter(), submission("l1")), (letter(LetterKind.REPLY), submission("l2")))
    assert [each.kind for each in await claim(store)] == [LetterKind.REPLY, LetterKind.ACKNOWLEDGEMENT]


async def test_a_channel_gets_its_own_letters_only(store: Store) -> None:
    await queue(store, (letter(), submission("l1")), (letter(LetterKind.REPLY), submission("l2", channel="chat")))
    assert [each.submission.channel for each in await claim(store, channels=("chat",))] == ["chat"]
    assert await claim(store, channels=()) == []


async def test_only_the_recipients_without_an_answer_are_tried_again(store: Store) -> None:
    await queue(store, (letter(LetterKind.REPLY), submission("l1", "a@x", "b@x", "c@x")))
    [begun] = await at_the_wire(store)
    first = (
        delivery("a@x", Outcome.ACCEPTED),
        delivery("b@x", Outcome.DEFERRED, 451),
        delivery("c@x", Outcome.REJECTED, 550),
    )
    await settle(store, ended(begun, *first, again=LATER))
    assert (await states(store), await claim(store)) == (["deferred"], [])
    [again] = await claim(store, now=LATER)
    assert (again.submission.rcpt_to, again.attempts) == (("b@x",), 1)
    [begun] = await begin(store, again)
    await settle(store, ended(begun, delivery("b@x", Outcome.ACCEPTED)))
    results = await store.read(lambda tx: tx.scalar(select(letters.c.results)))
    assert {who: each["outcome"] for who, each in results.items()} == {
        "a@x": "accepted",
        "b@x": "accepted",
        "c@x": "rejected",
    }
    assert await states(store) == ["sent"]


async def test_a_letter_that_nobody_takes_is_rejected(store: Store) -> None:
    await queue(store, (letter(), submission()))
    [begun] = await at_the_wire(store)
    await settle(store, ended(begun, delivery("jo@customer.example", Outcome.REJECTED, 550)))
    assert await states(store) == ["rejected"]


async def test_deferring_for_ever_ends_as_rejected(store: Store) -> None:
    await queue(store, (letter(), submission()))
    [begun] = await at_the_wire(store)
    await settle(store, ended(begun, delivery("jo@customer.example", Outcome.DEFERRED, 451)))
    assert await states(store) == ["rejected"]


async def test_without_an_answer_to_the_whole_letter_an_acknowledgement_is_not_tried_again(store: Store) -> None:
    """ory/kratos#402, pimalaya/core#46: a server that takes a letter and says nothing is not sent it for ever."""
    await queue(store, (letter(), submission("l1")), (letter(LetterKind.REPLY), submission("l2")))
    silence = Delivery(recipient="jo@customer.example", outcome=Outcome.DEFERRED, maybe_arrived=True)
    await settle(store, *(ended(each, silence, again=LATER) for each in await at_the_wire(store)))
    assert await states(store) == ["unknown", "deferred"]


async def test_of_letters_that_end_together_each_has_its_own_end(store: Store) -> None:
    await queue(store, *((letter(LetterKind.REPLY, cause=f"inbound:{n}"), submission(f"l{n}")) for n in range(3)))
    one, two, three = await at_the_wire(store)
    jo = "jo@customer.example"
    ends = (
        ended(two, delivery(jo, Outcome.REJECTED, 550)),
        ended(one, delivery(jo, Outcome.DEFERRED, 451), again=LATER),
        ended(three, delivery(jo, Outcome.ACCEPTED)),
    )
    assert await settle(store, *ends) == ["rejected", "deferred", "sent"]
    assert await states(store) == ["deferred", "rejected", "sent"]
    assert [each.outbox_id for each in await claim(store, now=LATER)] == [one.id]


async def test_after_a_crash_a_reply_is_sent_again_and_an_acknowledgement_is_not(store: Store) -> None:
    """K-10: at most once for what no person wrote, at least once with the same bytes for what one did."""
    await queue(store, (letter(), submission("l1")), (letter(LetterKind.REPLY), submission("l2")))
    before = await send(store)
    unknown = await store.write(lambda tx: nodes.end(tx, ME))
    again = await send(store, node=OTHER_NODE)
    assert await states(store) == ["unknown", "sending"]
    assert unknown == [each.outbox_id for each in before if each.automatic]
    assert [each.submission for each in again] == [each.submission for each in before if not each.automatic]


async def test_what_the_living_are_sending_is_left_alone(store: Store) -> None:
    await queue(store, (letter(), submission("l1")))
    await send(store)
    assert await store.write(lambda tx: nodes.end(tx, OTHER_NODE)) == []
    assert await states(store) == ["sending"]
