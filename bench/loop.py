"""From SMTP to letters in the outbox, closed loop: messages a second, beside programs that do less. `python -m bench.loop`.

Eight clients offer the mix of `bench.workload`. Ours is through with a round when every message is decided and its letters are in
the outbox. Beside it, in turns: stock aiosmtpd that forgets everything, a Postfix that delivers into a Maildir, and, with
--postgresql, bare SQLAlchemy Core that executes once more what the daemon's store executed, each message by itself, over
eight connections.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from shutil import which
from statistics import median
from typing import Any

from sqlalchemy import Engine, event, func, select

from bench import beside
from bench.journey import arrived, house
from bench.smtp import POSTFIX, mails, offer, stock
from channels import Tools
from channels.smtp import Options, build
from store import colleagues, inbound
from store.database import Store
from store.engine import engines, parse
from store.migrate import migrate
from store.schema import inbound as inbound_table
from store.sealing import attach, ring
from store.writer import Tx
from tests.servers.postfix import Postfix, running_postfix
from tests.store.databases import Postgres
from workers import basics
from workers.clock import SystemClock, SystemIds
from workers.deciding import understanding
from workers.deciding.triage import Triage
from workers.receiver import Keeper
from workers.watching.space import Space

CONNECTIONS = 8
TO_MAILDIR = {key: value for key, value in POSTFIX.items() if key != "defer_transports"}
STOCK_THEN = (
    1082  # messages a second of stock aiosmtpd on the machine where the peers below were measured, with this mail
)
PEERS = {"django-helpdesk, SQLite, with acknowledgements": 65.5, "RT 5, SQLite": 6.9}
STOCK, OURS = "aiosmtpd, stock, nothing kept", "ours, decided, letters in the outbox"
Side = Callable[[Sequence[bytes]], float]  # messages a second, with these


async def daemon(folder: Path, said: Connection, *, url: str = "") -> None:
    """Listener, keeper and triage, as `workers.wiring` puts them together; what is in the outbox stays there."""
    clock, ids, loaded = SystemClock(), SystemIds(), house()
    url = url or f"sqlite:///{folder}/bench.db"
    migrate(url)
    store = await Store.open(url)
    await store.enter("bench")
    await store.write(lambda tx: colleagues.know(tx, loaded.policy))
    triage = Triage(store, basics.desk(loaded, ids), clock, decided=lambda: None)
    tools = Tools(clock=clock, ids=ids, policy=loaded.policy, data=folder)
    listener = build("smtp", Options(listen="127.0.0.1:0", max_connections_per_peer=200), tools)
    await listener.open()
    keeper = Keeper(store, Space([folder], loaded.settings.space), received=triage.wake)
    work = asyncio.gather(triage.run(), listener.receive(keeper))
    said.send(listener.address)
    decided = select(func.count()).where(inbound_table.c.decided_at.is_not(None))
    while wanted := await asyncio.to_thread(said.recv):
        while await store.read(lambda tx: tx.scalar(decided)) < wanted:  # noqa: ASYNC110 - nothing tells of a decision
            await asyncio.sleep(0.02)
        said.send(time.process_time())
    work.cancel()


class Ours:
    """The daemon in a process of its own, and what it has used of the processor."""

    def __init__(self, address: tuple[str, int], line: Connection) -> None:
        self._address, self._line = address, line
        self._offered, self._used = 0, 0.0
        self.costs: list[float] = []  # milliseconds a message, by round

    def __call__(self, blobs: Sequence[bytes]) -> float:
        began = time.perf_counter()
        beside.run(offer(self._address, blobs, CONNECTIONS))
        self._offered += len(blobs)
        self._line.send(self._offered)
        used = self._line.recv()
        took = time.perf_counter() - began
        self.costs.append(1000 * (used - self._used) / len(blobs))
        self._used = used
        return len(blobs) / took


class Maildir:
    """A Postfix, through with a message when it is a file in the mailbox."""

    def __init__(self, postfix: Postfix) -> None:
        self._postfix = postfix
        self._offered = 0

    def __call__(self, blobs: Sequence[bytes]) -> float:
        began = time.perf_counter()
        beside.run(offer(("127.0.0.1", self._postfix.port), blobs, CONNECTIONS))
        self._offered += len(blobs)
        while self._postfix.delivered() < self._offered:
            time.sleep(0.02)
        return len(blobs) / (time.perf_counter() - began)


class Core:
    """What the store writes for these messages, recorded in one database and executed again in another."""

    def __init__(self, recorded: str, replayed: str) -> None:
        migrate(recorded)
        migrate(replayed)
        self._ours, self._bare = engines(parse(recorded), threads=1).write, engines(parse(replayed), threads=4).write
        # Messages overtake each other, and ids are not those recorded: nothing asks whether what is referred to exists.
        # This spares the bare side some work.
        event.listen(
            self._bare, "connect", lambda raw, _: raw.execute("SET session_replication_role = replica").close()
        )
        attach(self._bare.dialect, ring(self._ours.dialect))
        self._desk = basics.desk(house(), SystemIds())
        with self._ours.begin() as tx:
            colleagues.know(tx, self._desk.policy)
        self._kept = 0

    def __call__(self, blobs: Sequence[bytes]) -> float:
        with _recording(self._ours) as made:
            messages = [self._transactions(made, blob) for blob in blobs]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            began = time.perf_counter()
            list(pool.map(partial(_replay, self._bare), messages))
            return len(blobs) / (time.perf_counter() - began)

    def _transactions(self, made: list[Any], blob: bytes) -> list[list[Any]]:
        """Of one message: what is written to keep it, and what is written once it is decided."""
        self._kept += 1
        raw = arrived(self._kept, blob)
        with self._ours.begin() as tx:
            inbound_id = inbound.receive(tx, raw).inbound_id
        kept, made[:] = list(made), []
        understood = understanding.understand(raw, self._desk.policy)
        with self._ours.begin() as tx:
            self._desk.settle(tx, {inbound_id: understood}, now=raw.received_at)
        decided, made[:] = list(made), []
        return [kept, decided]

    def close(self) -> None:
        self._ours.dispose()
        self._bare.dispose()


@contextmanager
def _recording(engine: Engine) -> Iterator[list[Any]]:
    """The statements that change something, and their values, as they are executed."""
    made: list[Any] = []

    def note(_tx: Tx, clause: Any, many: Any, one: Any, _options: Any) -> None:
        if getattr(clause, "is_dml", False):
            made.append((clause, many or one))

    event.listen(engine, "before_execute", note)
    try:
        yield made
    finally:
        event.remove(engine, "before_execute", note)


def _replay(engine: Engine, transactions: list[list[Any]]) -> None:
    for statements in transactions:
        with engine.begin() as tx:
            for clause, parameters in statements:
                tx.execute(clause, parameters)


def sqlite(stack: ExitStack) -> dict[str, Side]:
    ways: dict[str, Side] = {}
    address, _ = stack.enter_context(beside.serving(stock))
    ways[STOCK] = lambda blobs: beside.run(offer(address, blobs, CONNECTIONS))
    if os.geteuid() == 0 and which("postfix"):
        ways["Postfix, into a Maildir"] = Maildir(stack.enter_context(running_postfix(**TO_MAILDIR)))
    ways[OURS] = Ours(*stack.enter_context(beside.serving(daemon)))
    return ways


def postgresql(stack: ExitStack) -> dict[str, Side]:
    urls = []
    for name in ("ours", "recorded", "replayed"):
        server = Postgres(f"answerable_bench_{os.getpid()}_{name}")
        stack.callback(server.close)
        urls.append(stack.enter_context(server.fresh()))
    core = Core(*urls[1:])
    stack.callback(core.close)
    ours = Ours(*stack.enter_context(beside.serving(partial(daemon, url=urls[0]))))
    return {f"bare SQLAlchemy Core, {CONNECTIONS} connections": core, OURS: ours}


def measure(ways: dict[str, Side], count: int, rounds: int) -> beside.Rates:
    def way(side: Side) -> Callable[[int], float]:
        # A fresh seed each round: what was stored before would be recognised, and not stored again.
        return lambda turn: side(mails(count, turn))

    found = beside.rounds({name: way(side) for name, side in ways.items()}, rounds)
    beside.report(found)
    for side in ways.values():
        if isinstance(side, Ours):
            print(f"ours: {median(side.costs[1:]):.2f} ms of its processor a message")
    return found


def beside_peers(found: beside.Rates) -> None:
    """Desks that do not run here: figures of another day, scaled by what stock aiosmtpd did then and does now."""
    scale = median(found[STOCK]) / STOCK_THEN
    own = median(found[OURS])
    print(
        f"Not measured in this run: then, with stock aiosmtpd at {STOCK_THEN}/s; scaled by {scale:.2f}, what it does now"
    )
    for name, rate in PEERS.items():
        print(f"{name:42} {rate:8.1f}/s then, {rate * scale:.1f}/s scaled: ours {own / rate / scale:.0f}x")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--messages", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--postgresql", action="store_true")
    chosen = options.parse_args()
    beside.quiet()
    with ExitStack() as stack:
        ways = postgresql(stack) if chosen.postgresql else sqlite(stack)
        found = measure(ways, chosen.messages, chosen.rounds)
    if STOCK in found:
        beside_peers(found)


if __name__ == "__main__":
    main()
