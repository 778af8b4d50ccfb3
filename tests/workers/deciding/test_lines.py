"""Messages that may belong together are decided in the order in which they came."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from intake.message import Envelope
from store import inbound
from store.database import Store
from store.schema import inbound as arrivals
from tests.harbour import FakeClock
from tests.store.examples import raw
from workers.deciding import triage
from workers.deciding.desk import Desk
from workers.deciding.lines import Lines, Turn, kin
from workers.deciding.reading import Reader
from workers.deciding.triage import Triage


def mail(number: int, sender: str, *refs: int) -> bytes:
    answers = "".join(f"References: <{ref}@x.example>\r\n" for ref in refs)
    head = f"From: {sender}\r\nMessage-ID: <{number}@x.example>\r\n{answers}"
    return f"{head}Subject: Broken lamp\r\n\r\nThe lamp of {sender} arrived broken.\r\n".encode()


@pytest.fixture
def first_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the first of several messages takes as long as it takes to read all others."""
    original, others = Reader.read, asyncio.Semaphore(0)
    monkeypatch.setattr(triage, "apart", lambda claimed: claimed.inbound_id == 1)

    async def slow(self, messages):
        if messages[0].inbound_id == 1:
            await others.acquire()
        found = await original(self, messages)
        others.release()
        return found

    monkeypatch.setattr(Reader, "read", slow)


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        (mail(2, "jo@customer.example", 1), "APPEND"),  # the same customer answers their own first mail
        (mail(2, "kit@elsewhere.example", 1), "HOLD"),  # a stranger answers it
    ],
)
async def test_an_answer_waits_for_what_it_answers(
    store: Store, desk: Desk, clock: FakeClock, first_is_slow: None, second: bytes, verdict: str
) -> None:
    blobs = mail(1, "jo@customer.example"), second
    await store.write(lambda tx: [inbound.receive(tx, raw(str(n), blob=blob)) for n, blob in enumerate(blobs)])
    worker = Triage(store, desk, clock, decided=lambda: None)
    await worker.once()
    await worker.finish()
    found = await store.read(lambda tx: tx.execute(select(arrivals.c.verdict).order_by(arrivals.c.id)).scalars().all())
    assert found == ["OPEN", verdict]


async def test_lines_are_left_in_any_order_and_come_to_an_end() -> None:
    lines, done = Lines(), []
    turns = [Turn(slow=True) for _ in range(5)]
    for turn, keys in zip(turns, ({"a"}, {"a", "b"}, {"b"}, {"c"}, {"a"}), strict=True):
        lines.join(turn, keys)

    async def go(number: int) -> None:
        await turns[number].come()
        done.append(number)
        lines.leave(turns[number])

    await asyncio.gather(*(go(number) for number in reversed(range(5))))
    assert done.index(0) < done.index(1) < done.index(2)
    assert done.index(1) < done.index(4)
    assert done[0] == 3
    assert lines._last == {}


@pytest.mark.parametrize("blob", [b"", b"\0\xff" * 1000, b"From: <<<\r\nReferences: " + b"<a" * 50_000, b"no header"])
def test_a_head_that_is_none_has_no_kin_and_raises_nothing(blob: bytes) -> None:
    assert kin(raw(blob=blob)) <= {"<<", "<<<"}


def test_a_chat_session_is_its_own_kin() -> None:
    contact = b'{"conversation": "s1", "sender": {"email": "Jo@customer.example"}, "text": "Hello"}'
    proven = Envelope(verified=True)
    found = kin(raw(blob=contact, media_type="application/json", channel="chat", envelope=proven))
    assert found == {"s1", "jo@customer.example"}
