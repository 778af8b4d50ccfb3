"""How much the store costs over the database: the same rows by the store, and by bare SQLAlchemy Core, in one run.

    .venv/bin/python -m bench.store [MESSAGES] [ROUNDS]

Received: groups of 50, as the keeper makes them. Decided: facts, apply and the letter, in batches of 50, as triage does it, two
at a time. The bare side replays the very rows that the store wrote, table by table, 50 messages to a commit, in one thread; it
looks nothing up. Medians of interleaved rounds.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import event as listening

from intake.case import Kind, Route
from intake.deciding.decision import Keys
from intake.fingerprint import fingerprint
from intake.reference import make
from store import facts, inbound
from store.apply import Outcome, apply
from store.database import Store
from store.engine import engines, parse
from store.writer import Tx
from tests.harbour import POLICY, TUESDAY
from tests.store.databases import Postgres, Sqlite, absent
from tests.store.examples import decision, event, keys, letter, opened, promised, raw, submission

IN_FLIGHT, A_COMMIT = 2, 50
Work = Callable[[Tx, range], Any]


def body(number: int) -> bytes:
    return b"Message-ID: <%d@customer.example>\r\n\r\n" % number + b"The lamp arrived broken. " * 120


def receive(tx: Tx, numbers: range) -> None:
    inbound.receive_all(tx, [raw(str(number), blob=body(number)) for number in numbers])


def decide(tx: Tx, numbers: range) -> None:
    """What triage does with first contacts; ids of messages are 1, 2, ... in a fresh database."""
    now = TUESDAY + timedelta(seconds=numbers[0])
    facts.facts(tx, [asked(number) for number in numbers], now=now)
    apply(tx, [outcome(number) for number in numbers], policy=POLICY, now=now, look=lambda _: now)


def asked(number: int) -> Keys:
    mark = fingerprint(body(number))
    return keys(inbound_id=number + 1, sender=sender(number), fingerprint=mark, matters=(f"order:{number}",))


def sender(number: int) -> str:
    return f"customer{number}@customer.example"


def outcome(number: int) -> Outcome:
    ref, to = make("HH", number), Route(channel="mail", address=sender(number))
    started = opened(ref, address=sender(number), matters=[f"order:{number}"], message_id=f"{number}@customer.example")
    events = started, promised(TUESDAY + timedelta(hours=5)), event(Kind.ACKNOWLEDGED)
    written = letter(case_ref=ref, cause=f"inbound:{number + 1}", to=to), submission(f"l{number}", sender(number))
    return Outcome(inbound_id=number + 1, decision=decision(*events, ref=ref), letters=[written])


def batches(messages: int) -> Iterator[range]:
    return (range(first, min(first + A_COMMIT, messages)) for first in range(0, messages, A_COMMIT))


async def through_the_store(url: str, work: Work, messages: int) -> float:
    """Messages a second, each durable before it counts."""
    store = await Store.open(url)
    waiting = batches(messages)

    async def lane() -> None:
        for numbers in waiting:
            await store.write(lambda tx, some=numbers: work(tx, some))

    began = perf_counter()
    await asyncio.gather(*(lane() for _ in range(IN_FLIGHT)))
    took = perf_counter() - began
    await store.close()
    return messages / took


def statements(url: str, work: Work, messages: int) -> list[tuple[Any, Any]]:
    """What the store executes for these messages, one after the other; executed on the way."""
    made: list[tuple[Any, Any]] = []
    engine = engines(parse(url), threads=1)

    def note(_tx: Tx, clause: Any, many: Any, one: Any, _options: Any) -> None:
        if getattr(clause, "is_dml", False):
            made.append((clause, many or one))

    listening.listen(engine.write, "before_execute", note)
    for numbers in batches(messages):
        with engine.write.begin() as tx:
            work(tx, numbers)
    engine.dispose()
    return made


def bare(url: str, made: list[tuple[Any, Any]], messages: int) -> float:
    engine = engines(parse(url), threads=1)
    share = len(made) * A_COMMIT // messages
    began = perf_counter()
    for start in range(0, len(made), share):
        with engine.write.begin() as tx:
            for clause, parameters in made[start : start + share]:
                tx.execute(clause, parameters)
    took = perf_counter() - began
    engine.dispose()
    return messages / took


def compare(name: str, databases: Any, messages: int, rounds: int) -> None:
    with databases.fresh() as url:
        received = statements(url, receive, messages)
        decided = statements(url, decide, messages)
    figures: dict[str, list[float]] = {"receive": [], "receive, bare": [], "decide": [], "decide, bare": []}
    for _ in range(rounds):
        with databases.fresh() as url:
            figures["receive"].append(asyncio.run(through_the_store(url, receive, messages)))
            figures["decide"].append(asyncio.run(through_the_store(url, decide, messages)))
        with databases.fresh() as url:
            figures["receive, bare"].append(bare(url, received, messages))
            figures["decide, bare"].append(bare(url, decided, messages))
    for what in ("receive", "decide"):
        ours, theirs = median(figures[what]), median(figures[f"{what}, bare"])
        print(f"{name:12} {what:8} {ours:8.0f}/s   bare Core {theirs:8.0f}/s   ratio {ours / theirs:.2f}")


@contextmanager
def postgres() -> Iterator[Postgres]:
    server = Postgres(f"answerable_bench_{os.getpid()}")
    try:
        yield server
    finally:
        server.close()


def main(messages: int = 1000, rounds: int = 3) -> None:
    with tempfile.TemporaryDirectory() as folder:
        compare("SQLite FULL", Sqlite(Path(folder)), messages, rounds)
    if reason := absent():
        print(reason)
        return
    with postgres() as server:
        compare("PostgreSQL", server, messages, rounds)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
