"""Messages that race each other, or bear each other's name: what is one thing counts once, and nothing else is suppressed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from intake.message import RawMessage
from store import inbound
from store.database import Store
from store.schema import case as cases
from store.schema import inbound as arrivals
from store.schema import outbox
from tests.harbour import FakeClock
from tests.store.examples import raw
from workers.deciding.desk import Desk
from workers.deciding.triage import Triage

PAIRS = 100


def mail(sender: str, message_id: str, words: str, clock: FakeClock, *, answers: str = "") -> bytes:
    head = f"From: {sender}\r\nTo: help@harbour.example\r\nSubject: Order\r\nMessage-ID: {message_id}\r\n"
    head += f"In-Reply-To: <{answers}>\r\nReferences: <{answers}>\r\n" if answers else ""
    return f"{head}Date: {clock.now():%a, %d %b %Y %H:%M:%S +0000}\r\n\r\n{words}\r\n".encode()


async def decide(store: Store, desk: Desk, clock: FakeClock, *messages: RawMessage) -> None:
    """All of them wait at once."""
    await store.write(lambda tx: [inbound.receive(tx, each) for each in messages])
    triage = Triage(store, desk, clock, decided=lambda: None)
    while await triage.once():
        await triage.settled()
    await triage.finish()


async def verdicts(store: Store) -> Counter[str]:
    return Counter(await store.read(lambda tx: tx.scalars(select(arrivals.c.verdict)).all()))


async def test_who_guesses_anothers_message_id_suppresses_nothing(store: Store, desk: Desk, clock: FakeClock) -> None:
    """P4; zammad #1578, freescout #4748: different mails with one Message-ID, also an empty, a very long or no real one."""
    odd = ["", "<>", f"<{'x' * 10_000}@customer.example>"]
    ids = odd + [f"<order-{number}@customer.example>" for number in range(PAIRS - len(odd))]
    messages = [
        raw(f"{side}{number}", blob=mail(f"{side}{number}@{side}.example", each, f"My {side} {number} leaks.", clock))
        for number, each in enumerate(ids)
        for side in ("kettle", "toaster")
    ]
    await decide(store, desk, clock, *messages)
    assert await verdicts(store) == {"OPEN": 2 * PAIRS}
    assert len(await store.read(lambda tx: tx.scalars(select(cases.c.ref)).all())) == 2 * PAIRS


async def test_the_same_mail_by_two_ways_is_one_contact_and_is_acknowledged_once(
    store: Store, desk: Desk, clock: FakeClock
) -> None:
    """P3: a mailbox is polled, and forwards to us, too."""
    blob = mail("jo@customer.example", "<1@customer.example>", "My kettle leaks.", clock)
    travelled = b"Received: from mx.example by desk.example; today\r\n" + blob
    await decide(
        store, desk, clock, raw("INBOX:1:1", blob=blob, channel="imap"), raw("s1", blob=travelled, channel="smtp")
    )
    assert await verdicts(store) == {"OPEN": 1, "DROP": 1}
    kinds = Counter(await store.read(lambda tx: tx.scalars(select(outbox.c.kind)).all()))
    assert kinds["acknowledgement"] == 1


async def test_two_quick_answers_by_two_ways_join_the_one_case(store: Store, desk: Desk, clock: FakeClock) -> None:
    await decide(
        store, desk, clock, raw("1", blob=mail("jo@customer.example", "<1@customer.example>", "It leaks.", clock))
    )
    acknowledgement = await store.read(
        lambda tx: tx.scalar(select(outbox.c.message_id).where(outbox.c.kind == "acknowledgement"))
    )
    clock.at += timedelta(minutes=1)
    answers = [
        raw(
            f"a{number}",
            channel=channel,
            blob=mail(
                "jo@customer.example",
                f"<a{number}@customer.example>",
                f"It is model {number}.",
                clock,
                answers=acknowledgement,
            ),
        )
        for number, channel in enumerate(("smtp", "imap"))
    ]
    await decide(store, desk, clock, *answers)
    assert await verdicts(store) == {"OPEN": 1, "APPEND": 2}
    assert len(set(await store.read(lambda tx: tx.scalars(select(arrivals.c.case_ref)).all()))) == 1
