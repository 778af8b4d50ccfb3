"""What one message costs from its bytes to its letters in the outbox: `python -m bench.journey`.

First, step by step: the journey as the daemon makes it, in this process, into SQLite with `synchronous=FULL`, 50 messages to a
transaction. Milliseconds are of the processor, for each message of `bench.workload` (or for plain first contacts only: --plain);
the figure is the median over the rounds. Then the closed loop: SMTP clients, a daemon in a process of its own, and every
message decided and answered into the outbox; in the same run and in turns with stock aiosmtpd, which forgets everything.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import structlog
import uvloop
from aiosmtpd.smtp import SMTP
from sqlalchemy import func, select

from bench import workload
from bench.smtp import Stock, offer
from channels import Tools
from channels.smtp import Options, build
from config.loader import load
from config.settings import Loaded
from intake.message import Envelope, RawMessage
from intake.policy import AckLimits, Key
from store import inbound
from store.database import Store
from store.engine import engines, parse
from store.migrate import migrate
from store.schema import inbound as inbound_table
from store.schema import outbox as outbox_table
from workers import basics, understanding
from workers import desk as desk_room
from workers.clock import SystemClock, SystemIds
from workers.receiver import Keeper
from workers.space import Space
from workers.triage import Triage

A_COMMIT = 50
START = datetime(2026, 1, 6, 9, tzinfo=UTC)  # a Tuesday; then a message every 40 seconds
STEPS = ("keep", "parse", "observe", "facts", "decide", "compose", "apply", "rest", "commit")
TIMED = (
    (understanding, "parse", "parse"),
    (understanding, "observe", "observe"),
    (desk_room.facts, "facts", "facts"),
    (desk_room, "decide", "decide"),
    (desk_room, "compose", "compose"),
    (desk_room.apply, "apply", "apply"),
)
Spent = dict[str, float]


def house() -> Loaded:
    """The documented settings, with no limit on letters: a bench sends more in a minute than customers do in a day."""
    loaded = load(None, environ={}, spare_key=Key(id="x", secret=bytes(32)))
    many = AckLimits(per_sender_24h=10**6, per_domain_1h=10**6, all_1m=10**6, unproven_1m=10**6)
    brands = tuple(replace(brand, acknowledgement=many) for brand in loaded.policy.brands)
    return replace(loaded, policy=replace(loaded.policy, brands=brands))


def mail(count: int, seed: int, plain: bool) -> list[bytes]:
    found = workload.messages(10 * count if plain else count, seed)
    return [blob for kind, blob in found if kind == "plain" or not plain][:count]


def step_by_step(loaded: Loaded, blobs: Sequence[bytes]) -> tuple[Spent, Counter[str]]:
    """Milliseconds a message for every step, and how many letters of each kind were written."""
    desk, spent = basics.desk(loaded, SystemIds()), dict.fromkeys(STEPS, 0.0)
    letters: Counter[str] = Counter()
    with fresh() as url, stopwatch(spent):
        engine = engines(parse(url), threads=1)
        for first in range(0, len(blobs), A_COMMIT):
            with engine.write.connect() as tx:
                begun = tx.begin()
                raws = [
                    arrived(number, blob) for number, blob in enumerate(blobs[first : first + A_COMMIT], start=first)
                ]
                kept = [each.inbound_id for each in _timed(spent, "keep", inbound.receive_all)(tx, raws)]
                for decision in _timed(spent, "rest", _settle)(desk, tx, dict(zip(kept, raws, strict=True))):
                    letters.update(letter.kind.value for letter in decision.letters)
                _timed(spent, "commit", begun.commit)()
        engine.dispose()
    spent["rest"] -= sum(spent[name] for _, _, name in TIMED)
    return {step: 1000 * spent[step] / len(blobs) for step in STEPS}, letters


def arrived(number: int, blob: bytes) -> RawMessage:
    return RawMessage(
        channel="smtp",
        account="smtp",
        source_id=str(number),
        envelope=Envelope(mail_from="jo@home.example", rcpt_to=("help@harbour.example",), peer="192.0.2.7"),
        blob=blob,
        received_at=START + timedelta(seconds=40 * number),
    )


def _settle(desk: desk_room.Desk, tx: Any, batch: dict[int, RawMessage]) -> Iterable[Any]:
    understood = {inbound_id: understanding.understand(raw, desk.policy) for inbound_id, raw in batch.items()}
    return desk.settle(tx, understood, now=max(raw.received_at for raw in batch.values())).values()


@contextmanager
def fresh() -> Iterator[str]:
    """The address of a new, empty database."""
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        migrate(f"sqlite:///{folder}/bench.db")
        yield f"sqlite:///{folder}/bench.db"


@contextmanager
def stopwatch(spent: Spent) -> Iterator[None]:
    """Counts the time of the processor in the functions that the daemon calls, where it calls them."""
    with ExitStack() as stack:
        for room, name, step in TIMED:
            stack.enter_context(patch.object(room, name, _timed(spent, step, getattr(room, name))))
        yield


def _timed(spent: Spent, step: str, run: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        began = time.process_time()
        try:
            return run(*given, **named)
        finally:
            spent[step] += time.process_time() - began

    return timed


async def daemon(folder: Path, said: Connection) -> None:
    """Listener, keeper and triage, as `workers.wiring` puts them together; what is in the outbox stays there."""
    clock, ids, loaded = SystemClock(), SystemIds(), house()
    url = f"sqlite:///{folder}/bench.db"
    migrate(url)
    store = await Store.open(url)
    await store.enter("bench")
    triage = Triage(store, basics.desk(loaded, ids), clock, decided=lambda: None)
    tools = Tools(clock=clock, ids=ids, policy=loaded.policy, data=folder)
    listener = build("smtp", Options(listen="127.0.0.1:0", max_connections_per_peer=200), tools)
    await listener.open()
    work = asyncio.gather(
        triage.run(), listener.receive(Keeper(store, Space([folder], loaded.settings.space), received=triage.wake))
    )
    said.send(listener.address)

    def settled(tx: Any) -> tuple[int, int]:
        """How many messages have been decided, and how many letters are in the outbox."""
        decided = select(func.count()).where(inbound_table.c.decided_at.is_not(None))
        return tx.scalar(decided), tx.scalar(select(func.count()).select_from(outbox_table))

    while wanted := await asyncio.to_thread(said.recv):
        while (found := await store.read(settled))[0] < wanted:  # noqa: ASYNC110 - nothing tells that a message is decided
            await asyncio.sleep(0.02)
        said.send((time.process_time(), found[1]))
    work.cancel()


async def stock(_: Path, said: Connection) -> None:
    """aiosmtpd as it comes, with a handler that forgets everything."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Stock(), data_size_limit=None, loop=loop), "127.0.0.1", 0)
    said.send(server.sockets[0].getsockname())
    while await asyncio.to_thread(said.recv):
        said.send((time.process_time(), 0))


SERVERS = {"aiosmtpd, stock, nothing kept": stock, "ours, decided, letters in the outbox": daemon}


def serve(name: str, said: Connection) -> None:
    """A server process: says its address, then, for each number of messages, when it is through with so many."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="answerable-bench-"))
        runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        runner.run(SERVERS[name](Path(folder), said))


def closed_loop(count: int, rounds: int, connections: int, plain: bool) -> None:
    spawn = multiprocessing.get_context("spawn")
    pipes = {name: spawn.Pipe() for name in SERVERS}
    processes = [spawn.Process(target=serve, args=(name, inner), daemon=True) for name, (_, inner) in pipes.items()]
    for process in processes:
        process.start()
    addresses = {name: outer.recv() for name, (outer, _) in pipes.items()}
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in SERVERS}
    before = dict.fromkeys(SERVERS, 0.0)
    for turn in range(rounds + 1):  # the first one warms up
        blobs = mail(count, turn, plain)
        for name, (outer, _) in pipes.items():
            began = time.perf_counter()
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(offer(addresses[name], blobs, connections))
            outer.send((turn + 1) * count)
            used, letters = outer.recv()
            took = time.perf_counter() - began
            if turn:
                figures[name].append((count / took, 1000 * (used - before[name]) / count))
            before[name] = used
    for process in processes:
        process.terminate()
    report(figures, letters / count / (rounds + 1))


def report(figures: dict[str, list[tuple[float, float]]], letters: float) -> None:
    """A line a server: messages a second, milliseconds of its processor time a message, and the first beside stock."""
    base = [rate for rate, _ in next(iter(figures.values()))]
    for name, found in figures.items():
        ratio = median(rate / other for (rate, _), other in zip(found, base, strict=True))
        rate, cost = (median(values) for values in zip(*found, strict=True))
        print(f"{name:38} {rate:6.0f}/s  {cost:6.2f} ms of its processor a message  {ratio:5.2f} of stock")
    print(f"letters a message in the outbox: {letters:.2f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--connections", type=int, default=8)
    options.add_argument("--plain", action="store_true", help="first contacts in plain text only")
    options.add_argument("--steps-only", action="store_true")
    chosen = options.parse_args()
    loaded = house()
    found, letters = [], Counter[str]()
    for turn in range(chosen.rounds + 1):  # the first one warms up
        spent, letters = step_by_step(loaded, mail(chosen.count, turn, chosen.plain))
        found.append(spent)
    figures = {step: median(spent[step] for spent in found[1:]) for step in STEPS}
    for step, cost in figures.items():
        print(f"{step:10} {cost:6.3f} ms")
    total = sum(figures.values())
    print(f"{'together':10} {total:6.3f} ms, {1000 / total:.0f} messages a second; letters: {dict(letters)}")
    if not chosen.steps_only:
        closed_loop(chosen.count, chosen.rounds, chosen.connections, chosen.plain)


if __name__ == "__main__":
    main()
