"""How many messages a second are taken in from a mailbox, durable, beside imapclient fetching them and nothing else.

`python -m bench.imap`. A Dovecot of our own, a mailbox that all read in turns; the figure is the median over the rounds, the
ratio is taken within each round.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from imapclient import IMAPClient

from bench import beside, workload
from channels._imap_drain import BATCH
from channels.imap import Bookmark, Options, build
from config.settings import Space as Reserve
from intake.message import RawMessage
from intake.ports import Deliver, Receipt
from store import mailbox
from store.database import Store
from store.migrate import migrate
from tests.channels.wire import tools
from tests.servers import dovecot
from workers.receiver import Keeper
from workers.shelves import Bookmarks
from workers.watching.space import Space


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
    await store.enter("bench")
    await store.write(lambda tx: mailbox.offer(tx, store.node, ["bench"]))
    tenure = await store.write(lambda tx: mailbox.take(tx, "bench", store.node))
    assert tenure is not None
    keeper = Keeper(store, Space((), Reserve()), received=lambda: None)
    deliver = keeper.guarded(lambda tx: mailbox.confirm(tx, tenure))
    try:
        await drain(port, folder, count, deliver, Bookmarks(store, tools(folder).clock, tenure))
    finally:
        await store.close()


WAYS: dict[str, Callable[[int, Path, int], Coroutine[None, None, None]]] = {
    "ours, fdatasync a batch": synced,
    "ours, SQLite store": stored,
}


def turn(port: int, count: int, way: Callable[[int, Path, int], Coroutine[None, None, None]]) -> float:
    """Messages a second, into a fresh folder."""
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as name:
        migrate(f"sqlite:///{name}/bench.db")
        began = time.perf_counter()
        beside.run(way(port, Path(name), count))
        return count / (time.perf_counter() - began)


def alone(port: int, count: int) -> float:
    began = time.perf_counter()
    fetch_only(port, count)
    return count / (time.perf_counter() - began)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=5000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    beside.quiet()
    count = chosen.messages
    with dovecot.running() as server:
        server.put("desk", (blob for _, blob in workload.messages(count, seed=1)))
        ways: dict[str, Callable[[int], float]] = {"imapclient, nothing kept": lambda _: alone(server.port, count)}
        for name, way in WAYS.items():
            ways[name] = lambda _, way=way: turn(server.port, count, way)  # type: ignore[misc]
        beside.report(beside.rounds(ways, chosen.rounds))  # the round that warms up makes Dovecot's index


if __name__ == "__main__":
    main()
