"""How many messages a second come in by SMTP, durable, beside stock aiosmtpd with nothing behind it. `python -m bench.smtp`.

Every server runs under uvloop in a process of its own, and where there is one a Postfix that takes mail into its queue; one
client offers all of them the same mail over so many connections, in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import lru_cache, partial
from multiprocessing.connection import Connection
from pathlib import Path
from shutil import which

from aiosmtpd.smtp import SMTP

from bench import beside, workload
from channels.smtp import Options, build
from config.settings import Space as Reserve
from intake.message import RawMessage
from intake.ports import Deliver, Receipt
from store.database import Store
from store.migrate import migrate
from tests.channels.wire import tools
from tests.servers.postfix import running_postfix
from workers.receiver import Keeper
from workers.watching.space import Space

# Postfix keeps what it accepts in its queue, synced, and delivers nothing meanwhile.
POSTFIX = {
    "virtual_mailbox_domains": "harbour.example",
    "defer_transports": "virtual",
    "smtpd_client_connection_count_limit": "0",
    "in_flow_delay": "0",  # otherwise it slows down who sends faster than it delivers
}


class Stock:
    """aiosmtpd as it comes, with a handler that forgets everything."""

    async def handle_DATA(self, *_: object) -> str:
        return "250 OK"


async def stock(_: Path, said: Connection) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Stock(), data_size_limit=None, loop=loop), "127.0.0.1", 0)
    said.send(server.sockets[0].getsockname())
    await asyncio.Event().wait()


async def ours(folder: Path, said: Connection, *, make: Callable[[Path], Awaitable[Deliver]]) -> None:
    """Our listener, before what keeps its messages."""
    listener = build("bench", Options(listen="127.0.0.1:0", max_connections_per_peer=200), tools(folder))
    await listener.open()
    said.send(listener.address)
    await listener.receive(await make(folder))


async def forgetting(_: Path) -> Deliver:
    async def deliver(messages: Sequence[RawMessage]) -> list[Receipt]:
        return [Receipt(inbound_id=1, new=True) for _ in messages]

    return deliver


async def synced(folder: Path) -> Deliver:
    file = os.open(folder / "mail", os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def keep(messages: Sequence[RawMessage]) -> list[Receipt]:
        for message in messages:
            os.write(file, message.blob)
        os.fdatasync(file)
        return [Receipt(inbound_id=1, new=True) for _ in messages]

    async def deliver(messages: Sequence[RawMessage]) -> list[Receipt]:
        return await asyncio.to_thread(keep, messages)

    return deliver


async def stored(folder: Path) -> Deliver:
    url = f"sqlite:///{folder}/bench.db"
    await asyncio.to_thread(migrate, url)
    store = await Store.open(url)
    await store.enter("bench")
    return Keeper(store, Space((), Reserve()), received=lambda: None)


SERVERS = {
    "aiosmtpd, stock, nothing kept": stock,
    "ours, nothing kept": partial(ours, make=forgetting),
    "ours, fdatasync a message": partial(ours, make=synced),
    "ours, SQLite store": partial(ours, make=stored),
}


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


def ways(addresses: Mapping[str, tuple[str, int]], count: int, connections: int) -> dict[str, Callable[[int], float]]:
    """For every server, offering it the mail of a round."""

    def way(address: tuple[str, int]) -> Callable[[int], float]:
        # A fresh seed each round: what was stored before would be recognised, and not stored again.
        return lambda turn: beside.run(offer(address, mails(count, turn), connections))

    return {name: way(address) for name, address in addresses.items()}


@lru_cache(maxsize=1)
def mails(count: int, seed: int) -> list[bytes]:
    return [blob for _, blob in workload.messages(count, seed)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--connections", type=int, default=8)
    chosen = options.parse_args()
    with ExitStack() as stack:
        addresses = {name: stack.enter_context(beside.serving(serve))[0] for name, serve in SERVERS.items()}
        if os.geteuid() == 0 and which("postfix"):
            postfix = stack.enter_context(running_postfix(**POSTFIX))
            addresses["Postfix, into its queue"] = ("127.0.0.1", postfix.port)
        found = beside.rounds(ways(addresses, chosen.messages, chosen.connections), chosen.rounds)
    beside.report(found)


if __name__ == "__main__":
    main()
