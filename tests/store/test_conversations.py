"""A chat window shows every message and every letter once, in the order in which they came to be seen."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from intake.case import Route
from intake.letters.letter import Delivery, LetterKind, Outcome
from store import conversations, inbound, outbox
from store.database import Store
from tests.harbour import TUESDAY
from tests.store.examples import ME, decision, letter, opened, raw, submission, take_in

JO, KIM = "c0jo", "c0kim"
LATER = TUESDAY + timedelta(hours=1)


async def say(store: Store, name: str, *, there: str = JO, at: datetime = TUESDAY, account: str = "web") -> None:
    message = raw(f"{there}/{name}", channel="chat", account=account, blob=name.encode(), received_at=at)
    await store.write(lambda tx: inbound.receive(tx, message))


async def queue(store: Store, *kinds: LetterKind, there: str = JO, at: datetime = TUESDAY) -> None:
    """Letters l0, l1 ... to a conversation, in one transaction with the case."""
    letters = [
        (letter(kind, to=Route(channel="web", address=there)), submission(f"l{number}", there, channel="web"))
        for number, kind in enumerate(kinds)
    ]
    await store.write(lambda tx: take_in(tx, decision(opened()), *letters, now=at))


async def send(store: Store, limit: int = 10) -> list[outbox.Begun]:
    claimed = await store.write(lambda tx: outbox.claim(tx, node=ME, now=LATER, limit=limit, channels=("web",)))
    ids = [pending.outbox_id for pending in claimed]
    begun = await store.write(lambda tx: outbox.begin(tx, ids, node=ME))
    return [begun[each] for each in ids]


async def settle(store: Store, begun: outbox.Begun) -> None:
    done = [Delivery(recipient=JO, outcome=Outcome.ACCEPTED)]
    ended = outbox.Ended(begun=begun, deliveries=done, at=TUESDAY, next_attempt=None)
    await store.write(lambda tx: outbox.settle(tx, [ended]))


async def shown(store: Store, after: int = 0, there: str = JO) -> tuple[list[str], int]:
    """What a window that has seen everything up to a position is shown, and the position it then has."""
    lines = await store.read(lambda tx: conversations.since(tx, "web", there, after))
    said = [line.blob.decode() if line.inbound else line.submission.message_id.partition("@")[0] for line in lines]
    return said, lines[-1].position if lines else after


async def test_a_letter_is_seen_from_the_moment_its_window_is_told_to_look(store: Store) -> None:
    await queue(store, LetterKind.ACKNOWLEDGEMENT)
    assert (await shown(store))[0] == []
    (begun,) = await send(store)
    assert (await shown(store))[0] == ["l0"]
    await settle(store, begun)
    assert (await shown(store))[0] == ["l0"]


async def test_a_letter_whose_sending_was_interrupted_is_still_seen(store: Store) -> None:
    await queue(store, LetterKind.ACKNOWLEDGEMENT)
    await send(store)
    await store.write(lambda tx: outbox.lose(tx, ME))
    assert (await shown(store))[0] == ["l0"]


async def test_a_letter_that_is_sent_after_a_later_one_is_not_passed_over(store: Store) -> None:
    """What a person wrote is sent first, whatever its number is."""
    await queue(store, LetterKind.ACKNOWLEDGEMENT, LetterKind.REPLY)
    seen, position = await shown(store)
    for _ in range(2):
        (begun,) = await send(store, limit=1)
        await settle(store, begun)
        more, position = await shown(store, position)
        seen += more
    assert seen == ["l0", "l1"]


@pytest.mark.parametrize("most", [1, 200])
async def test_a_window_that_reads_on_from_anywhere_misses_nothing(
    store: Store, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "MOST", most)
    for minute, name in enumerate(["one", "two", "three"]):
        await say(store, name, at=TUESDAY + timedelta(minutes=2 * minute))
    await queue(store, LetterKind.ACKNOWLEDGEMENT, LetterKind.FOLLOW_UP, at=TUESDAY + timedelta(minutes=1))
    await send(store)
    seen, position = [], 0
    while lines := await store.read(lambda tx, after=position: conversations.since(tx, "web", JO, after)):
        position = lines[0].position  # The connection ends after the first of them.
        seen.append(lines[0].blob if lines[0].inbound else lines[0].submission.message_id.partition("@")[0].encode())
    assert sorted(seen) == sorted([b"one", b"two", b"three", b"l0", b"l1"])
    assert [name for name in seen if not name.startswith(b"l")] == [b"one", b"two", b"three"]


async def test_messages_and_letters_are_shown_in_the_order_of_their_times(store: Store) -> None:
    await say(store, "hello")
    await queue(store, LetterKind.ACKNOWLEDGEMENT, at=TUESDAY + timedelta(minutes=1))
    await say(store, "thank you", at=TUESDAY + timedelta(minutes=2))
    await send(store)
    assert (await shown(store))[0] == ["hello", "l0", "thank you"]


async def test_a_clock_that_was_put_back_hides_nothing(store: Store) -> None:
    await say(store, "first", at=TUESDAY + timedelta(hours=1))
    await say(store, "second", at=TUESDAY)
    seen, position = await shown(store)
    assert seen == ["first", "second"]
    assert await shown(store, position) == ([], position)


async def test_nobody_sees_another_conversation(store: Store) -> None:
    await say(store, "mine")
    await say(store, "theirs", there=KIM)
    await say(store, "elsewhere", account="other")
    await queue(store, LetterKind.ACKNOWLEDGEMENT, there=KIM)
    await send(store)
    assert (await shown(store))[0] == ["mine"]
    assert (await shown(store, there=KIM))[0] == ["theirs", "l0"]
    assert (await shown(store, there="c0j"))[0] == []
