"""How many messages a second are taken in from a mailbox, durable, beside imapclient fetching them and nothing else.

`python -m bench.imap`. A Dovecot of our own, a mailbox that all read in turns; the figure is the median over the rounds, the
ratio is taken within each round.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

import structlog
import uvloop
from imapclient import IMAPClient

from bench import workload
from channels._imap_drain import BATCH
from channels.imap import Bookmark, Options, build
from config.settings import Space as Reserve
from intake.message import RawMessage
from intake.ports import Deliver, Receipt
from store.database import Store
from store.migrate import migrate
from tests.channels.wire import tools
from tests.servers import dovecot
from workers.receiver import Keeper
from workers.shelves import Bookmarks
from workers.space import Space


class Shelf:
    """Bookmarks in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, Bookmark] = {}

    async def read(self, account: str) -> Bookmark | None:
        return self._kept.get(account)

    async def write(self, account: str, bookmark: Bookmark) -> None:
        self._kept[account] = bookmark


def fetch_only(port: int, count: int) -> None:
    """imapclient by itself: every message, in the same batches, and nothing done with them."""
    with IMAPClient("127.0.0.1", port, ssl=False, timeout=60) as client:
        client.login("desk", "secret")
        client.select_folder("INBOX", readonly=True)
        uids = client.search(["UID", "1:*"])
        for start in range(0, len(uids), BATCH):
            client.fetch(uids[start : start + BATCH], ["INTERNALDATE", "BODY.PEEK[]"])
        assert len(uids) == count


async def drain(port: int, folder: Path, count: int, deliver: Deliver, shelf: Shelf | Bookmarks) -> None:
    """Our channel, until it has delivered them all."""
    (folder / "password").write_text("secret")
    options = Options(host="127.0.0.1", port=port, tls="none", user="desk", password_file="password")
    channel = build("bench", options, tools(folder))
    channel.bookmarks = shelf
    seen, finished = 0, asyncio.Event()

    async def counted(messages: Sequence[RawMessage]) -> list[Receipt]:
        nonlocal seen
        receipts = await deliver(messages)
        seen += len(messages)
        if seen >= count:
            finished.set()
        return receipts

    task = asyncio.create_task(channel.receive(counted))
    await finished.wait()
    task.cancel()
    await asyncio.wait({task})


async def synced(port: int, folder: Path, count: int) -> None:
    file = os.open(folder / "mail", os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def keep(messages: Sequence[RawMessage]) -> list[Receipt]:
        os.writev(file, [message.blob for message in messages])
        os.fdatasync(file)
        return [Receipt(inbound_id=1, new=True) for _ in messages]

    async def deliver(messages: Sequence[RawMessage]) -> list[Receipt]:
        return await asyncio.to_thread(keep, messages)

    try:
        await drain(port, folder, count, deliver, Shelf())
    finally:
        os.close(file)


async def stored(port: int, folder: Path, count: int) -> None:
    url = f"sqlite:///{folder}/bench.db"
    store = await Store.open(url)

    deliver = Keeper(store, Space((), Reserve()), received=lambda: None)

    try:
        await drain(port, folder, count, deliver, Bookmarks(store, tools(folder).clock))
    finally:
        await store.close()


WAYS: dict[str, Callable[[int, Path, int], Coroutine[None, None, None]]] = {
    "ours, fdatasync a batch": synced,
    "ours, SQLite store": stored,
}


def timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def turn(port: int, count: int, way: Callable[[int, Path, int], Coroutine[None, None, None]]) -> float:
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as name:
        folder = Path(name)
        migrate(f"sqlite:///{folder}/bench.db")
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return timed(lambda: runner.run(way(port, folder, count)))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=5000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    count = chosen.messages
    with dovecot.running() as server:
        server.put("desk", (blob for _, blob in workload.messages(count, seed=1)))
        fetch_only(server.port, count)  # The first look makes Dovecot's index.
        base: list[float] = []
        found: dict[str, list[float]] = {name: [] for name in WAYS}
        for _ in range(chosen.rounds):
            base.append(timed(lambda: fetch_only(server.port, count)))
            for name, way in WAYS.items():
                found[name].append(turn(server.port, count, way))
    report(count, base, found)


def report(count: int, base: list[float], found: dict[str, list[float]]) -> None:
    """One line a way: median rate, and the median and range of its ratio to imapclient."""
    for name, seconds in {"imapclient, nothing kept": base, **found}.items():
        ratios = sorted(other / took for took, other in zip(seconds, base, strict=True))
        rate, median = count / statistics.median(seconds), statistics.median(ratios)
        print(f"{name:28} {rate:8.0f}/s  {median:5.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) of imapclient")


if __name__ == "__main__":
    main()
