"""How many messages a second come in by SMTP, durable, beside stock aiosmtpd with nothing behind it. `python -m bench.smtp`.

Every server runs under uvloop in a process of its own; one client offers all of them the same mail over so many
connections, in turns. The figure is the median over the rounds; the ratio is taken within each round.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from multiprocessing.connection import Connection
from pathlib import Path

import structlog
import uvloop
from aiosmtpd.smtp import SMTP

from bench import workload
from channels.smtp import Options, build
from config.settings import Space as Reserve
from intake.message import RawMessage
from intake.ports import Deliver, Receipt
from store.database import Store
from store.migrate import migrate
from tests.channels.wire import tools
from workers.receiver import Keeper
from workers.space import Space


class Stock:
    """aiosmtpd as it comes, with a handler that forgets everything."""

    async def handle_DATA(self, *_: object) -> str:
        return "250 OK"


async def stock(_: Path, said: Connection, __: AsyncExitStack) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Stock(), data_size_limit=None, loop=loop), "127.0.0.1", 0)
    said.send(server.sockets[0].getsockname())
    await asyncio.Event().wait()


def ours(make: Callable[[Path, AsyncExitStack], Awaitable[Deliver]]) -> Callable[..., Awaitable[None]]:
    async def run(folder: Path, said: Connection, stack: AsyncExitStack) -> None:
        listener = build("bench", Options(listen="127.0.0.1:0", max_connections_per_peer=200), tools(folder))
        await listener.open()
        said.send(listener.address)
        await listener.receive(await make(folder, stack))

    return run


async def forgetting(_: Path, __: AsyncExitStack) -> Deliver:
    async def deliver(messages: Sequence[RawMessage]) -> list[Receipt]:
        return [Receipt(inbound_id=1, new=True) for _ in messages]

    return deliver


async def synced(folder: Path, _: AsyncExitStack) -> Deliver:
    file = os.open(folder / "mail", os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def keep(messages: Sequence[RawMessage]) -> list[Receipt]:
        for message in messages:
            os.write(file, message.blob)
        os.fdatasync(file)
        return [Receipt(inbound_id=1, new=True) for _ in messages]

    async def deliver(messages: Sequence[RawMessage]) -> list[Receipt]:
        return await asyncio.to_thread(keep, messages)

    return deliver


async def stored(folder: Path, stack: AsyncExitStack) -> Deliver:
    url = f"sqlite:///{folder}/bench.db"
    await asyncio.to_thread(migrate, url)
    store = await Store.open(url)
    stack.push_async_callback(store.close)
    return Keeper(store, Space((), Reserve()), received=lambda: None)


SERVERS = {
    "aiosmtpd, stock, nothing kept": stock,
    "ours, nothing kept": ours(forgetting),
    "ours, fdatasync a message": ours(synced),
    "ours, SQLite store": ours(stored),
}


def serve(name: str, said: Connection) -> None:
    """A server process: says its address, and runs until it is killed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))

    async def run() -> None:
        with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
            async with AsyncExitStack() as stack:
                await SERVERS[name](Path(folder), said, stack)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


class Sender(asyncio.Protocol):
    """Says the next command as soon as the last is answered, message after message."""

    def __init__(self, contents: list[bytes], finished: asyncio.Future[None]) -> None:
        self._contents, self.finished = contents, finished
        self._steps: list[bytes] = [b"EHLO bench\r\n"]
        self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        last = data.rstrip().rpartition(b"\n")[2]
        if last[3:4] == b"-":
            return
        self.refused += last[:1] not in (b"2", b"3")
        if not self._steps and self._contents:
            content = self._contents.pop()
            self._steps = [content, b"DATA\r\n", b"RCPT TO:<help@harbour.example>\r\n", b"MAIL FROM:<jo@x.example>\r\n"]
        if self._steps:
            self._transport.write(self._steps.pop())
        elif not self.finished.done():
            self.finished.set_result(None)
            self._transport.close()


async def offer(address: tuple[str, int], blobs: Sequence[bytes], connections: int) -> float:
    """Messages a second."""
    contents = [(b"\r\n" + blob).replace(b"\r\n.", b"\r\n..")[2:] + b"\r\n.\r\n" for blob in blobs]
    loop = asyncio.get_running_loop()
    senders = [Sender(contents, loop.create_future()) for _ in range(connections)]
    began = time.perf_counter()
    for sender in senders:
        await loop.create_connection(lambda sender=sender: sender, *address)
    await asyncio.gather(*[sender.finished for sender in senders])
    took = time.perf_counter() - began
    if refused := sum(sender.refused for sender in senders):
        raise RuntimeError(f"{refused} replies were refusals")
    return len(blobs) / took


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--connections", type=int, default=8)
    chosen = options.parse_args()
    spawn = multiprocessing.get_context("spawn")
    pipes = {name: spawn.Pipe(duplex=False) for name in SERVERS}
    processes = [spawn.Process(target=serve, args=(name, said), daemon=True) for name, (_, said) in pipes.items()]
    for process in processes:
        process.start()
    addresses = {name: heard.recv() for name, (heard, _) in pipes.items()}
    found: dict[str, list[float]] = {name: [] for name in SERVERS}
    for turn in range(chosen.rounds + 1):  # the first one warms up
        # A fresh seed each round: what was stored before would be recognised, and not stored again.
        blobs = [blob for _, blob in workload.messages(chosen.messages, seed=turn)]
        for name, address in addresses.items():
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                rate = runner.run(offer(address, blobs, chosen.connections))
            if turn:
                found[name].append(rate)
    for process in processes:
        process.terminate()
    report(found)


def report(found: dict[str, list[float]]) -> None:
    """One line a server: median rate, and the median and range of its ratio to stock."""
    base = next(iter(found.values()))
    for name, rates in found.items():
        ratios = sorted(rate / other for rate, other in zip(rates, base, strict=True))
        median = statistics.median(ratios)
        print(
            f"{name:32} {statistics.median(rates):8.0f}/s  {median:5.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) of stock"
        )


if __name__ == "__main__":
    main()
