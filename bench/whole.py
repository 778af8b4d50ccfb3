"""The whole daemon, as it is started, on SQLite: how soon it takes mail, how long answers take, and what memory it needs.

    python -m bench.whole [--rate 300] [--seconds 20]

First its own maximum: 32 connections that wait for nothing but their answers. Then mail of `bench.workload` comes at a rate that
does not wait for answers, and at three quarters of that maximum; times are counted from the moment a mail is due. Each customer's
acknowledgement is waited for at a mail server of ours. Then a mail of 25 MB with small ones meanwhile; and, in a daemon of its
own, 10,000 letters that wait because their mail server is not there.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterable, Set
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import quantiles

from bench import beside, workload
from bench.faults.daemon import Daemon
from bench.faults.place import Place, free_ports, furnished
from bench.outbox import Sink, fill
from store.database import Store

_FROM = re.compile(rb"(?m)^From: [^\r]*")
CONNECTIONS = 32
PENDING = 10_000
SETTLE = 8.0  # seconds until what was begun at the start has been tried, and failed
PATIENCE = 60.0  # seconds for the last acknowledgement


class Letters(Sink):
    """Remembers when a letter for whom arrived."""

    at: dict[bytes, float] = {}  # noqa: RUF012 - of all connections

    def _answer(self, verb: bytes, line: bytes) -> None:
        super()._answer(verb, line)
        if verb == b"RCPT":
            self.at.setdefault(line.partition(b"<")[2].partition(b">")[0], time.perf_counter())


class Mailer:
    """One connection that hands mail in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> Mailer:
        mailer = cls(*await asyncio.open_connection("127.0.0.1", port))
        await mailer._heard()
        await mailer._say(b"EHLO bench\r\n")
        return mailer

    async def send(self, sender: bytes, blob: bytes) -> None:
        await self._say(b"MAIL FROM:<%b>\r\n" % sender)
        await self._say(b"RCPT TO:<help@harbour.example>\r\n")
        await self._say(b"DATA\r\n")
        await self._say((b"\r\n" + blob).replace(b"\r\n.", b"\r\n..")[2:] + b"\r\n.\r\n")

    async def _say(self, words: bytes) -> None:
        self._writer.write(words)
        await self._heard()

    async def _heard(self) -> None:
        line = b"   -"
        while line[3:4] == b"-":
            line = await self._reader.readline()
        if line[:1] not in (b"2", b"3"):
            raise RuntimeError(line.decode())


def mails(count: int, seed: int) -> Iterable[tuple[bytes, bytes]]:
    """Each from a customer of its own."""
    for number, (_, blob) in enumerate(workload.messages(count, seed)):
        sender = b"c%d@s%d.example" % (number, seed)
        yield sender, _FROM.sub(b"From: Jo <%b>" % sender, blob, count=1)


def memory(pid: int, what: str) -> float:
    """MB. "VmRSS" is what a process has in memory now, "VmHWM" the most it ever had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024


@asynccontextmanager
async def standing() -> AsyncIterator[tuple[Place, Daemon]]:
    server = await asyncio.get_running_loop().create_server(Letters, "127.0.0.1", 0)
    with furnished(database="sqlite", sink=server.sockets[0].getsockname()[1]) as place:
        daemon = Daemon(place)
        await start(place, daemon)  # makes the database
        await daemon.stop()
        took = await start(place, daemon)
        print(f"start to the first 250: {took:.2f} s; idle memory: {memory(daemon.pid, 'VmRSS'):.0f} MB")
        try:
            yield place, daemon
        finally:
            await daemon.stop()
            server.close()


async def start(place: Place, daemon: Daemon) -> float:
    """Seconds until the first mail is answered for."""
    began = time.perf_counter()
    daemon.start()
    mailer = await first(place)
    await mailer.send(b"jo@x.example", b"From: jo@x.example\r\nSubject: lamp\r\n\r\nIt is broken.\r\n")
    took = time.perf_counter() - began
    await asyncio.sleep(2)
    return took


async def first(place: Place) -> Mailer:
    while True:
        try:
            return await Mailer.to(place.smtp)
        except OSError:
            await asyncio.sleep(0.01)


async def connected(place: Place) -> asyncio.Queue[Mailer]:
    free: asyncio.Queue[Mailer] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await Mailer.to(place.smtp))
    return free


async def maximum(place: Place, count: int) -> float:
    """Messages a second, from the first mail to the last acknowledgement at the sink."""
    free, sent = await connected(place), list(mails(count, 2))

    async def one(sender: bytes, blob: bytes) -> None:
        mailer = await free.get()
        await mailer.send(sender, blob)
        free.put_nowait(mailer)

    began = time.perf_counter()
    await asyncio.gather(*(one(*mail) for mail in sent))
    await acknowledged({sender for sender, _ in sent})
    return count / (time.perf_counter() - began)


async def acknowledged(senders: Set[bytes]) -> None:
    """Until every one of them has a letter, or has waited a minute for it."""
    deadline = time.perf_counter() + PATIENCE
    while not senders <= Letters.at.keys() and time.perf_counter() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def open_loop(place: Place, rate: float, seconds: float, seed: int) -> None:
    """So many mails a second, whatever becomes of them."""
    free = await connected(place)
    accepted: dict[bytes, float] = {}
    waits: list[float] = []
    began = time.perf_counter() + 0.2

    async def one(number: int, sender: bytes, blob: bytes) -> None:
        due = began + number / rate
        await asyncio.sleep(due - time.perf_counter())
        mailer = await free.get()
        await mailer.send(sender, blob)
        free.put_nowait(mailer)
        accepted[sender] = time.perf_counter()
        waits.append(accepted[sender] - due)

    sent = list(mails(int(rate * seconds), seed))
    await asyncio.gather(*(one(number, *mail) for number, mail in enumerate(sent)))
    await acknowledged(accepted.keys())
    answered = [Letters.at[sender] - at for sender, at in accepted.items() if sender in Letters.at]
    tell(f"{rate:.0f} a second, due to 250", waits)
    tell(f"250 to the acknowledgement at the sink, {len(answered)} of {len(accepted)}", answered)


def tell(what: str, seconds: list[float]) -> None:
    cuts = quantiles(seconds, n=100)
    print(f"{what}: p50 {1000 * cuts[49]:.1f} ms, p99 {1000 * cuts[98]:.1f} ms, longest {1000 * max(seconds):.1f} ms")


async def large(place: Place, daemon: Daemon) -> None:
    """One mail of 25 MB, and small ones all the time that it takes."""
    before, waits = memory(daemon.pid, "VmRSS"), []
    heavy, small = await Mailer.to(place.smtp), await Mailer.to(place.smtp)
    coming = asyncio.create_task(heavy.send(b"big@x.example", workload.large(25_000_000)))
    number = 0
    while not coming.done() or number < 20:
        number += 1
        began = time.perf_counter()
        await small.send(b"s%d@x.example" % number, b"Message-ID: <%d@x>\r\n\r\n" % number + b"It is broken.\r\n" * 200)
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(0.01)
    await coming
    await asyncio.sleep(2)
    tell("a mail of 3 kB while one of 25 MB comes in", waits)
    print(f"memory at most: {memory(daemon.pid, 'VmHWM') - before:.0f} MB more than before")


async def pending() -> None:
    """What letters that cannot be sent take up."""
    with furnished(database="sqlite", sink=free_ports(1)[0]) as place:
        daemon, found = Daemon(place), list[float]()
        for letters in (0, 0, PENDING):  # the first time makes the database
            await waiting(place, letters)
            await start(place, daemon)
            await asyncio.sleep(SETTLE)
            found.append(memory(daemon.pid, "VmRSS"))
            await daemon.stop()
    print(f"memory with {PENDING} letters pending: {found[2]:.0f} MB, {found[2] - found[1]:+.0f} MB beside none")


async def waiting(place: Place, letters: int) -> None:
    if letters:
        store = await Store.open(place.url)
        await store.write(partial(fill, count=letters))
        await store.close()


async def measured(rate: float, seconds: float) -> None:
    async with standing() as (place, daemon):
        most = await maximum(place, int(rate * seconds / 4))
        print(f"own maximum, {CONNECTIONS} connections: {most:.0f} a second")
        print(f"memory after {CONNECTIONS} connections: {memory(daemon.pid, 'VmRSS'):.0f} MB")
        await open_loop(place, rate, seconds, 3)
        await open_loop(place, 0.75 * most, seconds, 4)
        print(f"memory after that: {memory(daemon.pid, 'VmRSS'):.0f} MB")
        await large(place, daemon)
    await pending()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rate", type=float, default=300)
    options.add_argument("--seconds", type=float, default=20)
    chosen = options.parse_args()
    beside.tidy()
    beside.run(measured(chosen.rate, chosen.seconds))


if __name__ == "__main__":
    main()
