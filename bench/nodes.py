"""One daemon on one PostgreSQL beside several: how much is decided a second, and what share each of them has.

    .venv/bin/python -m bench.nodes --nodes 2 --messages 1000 --rounds 3

Mail comes in by SMTP over eight connections, spread over the daemons. The time is that from the first mail to the last decision;
the rounds of one and of several take turns, because a busy machine changes its mind. With --pinned every daemon has one
processor, the first the first and so on, round and round: what one daemon can do is then no more than one processor can.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.faults import mails
from bench.faults import sink as sinks
from bench.faults.books import Books
from bench.faults.daemon import Daemon
from bench.faults.place import Place, beside, furnished
from bench.faults.ways import Said, Smtp

CONNECTIONS = 8
DECIDED = re.compile(r"^answerable_messages_decided_total\{.*\} ([0-9.]+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """What a number of daemons did with so many messages."""

    rate: float  # messages decided a second
    busy: float  # milliseconds of the processor a message, all daemons together
    shares: tuple[float, ...]

    def __str__(self) -> str:
        shares = " + ".join(f"{share:.0%}" for share in self.shares)
        return f"{self.rate:7.0f} decided a second   {self.busy:5.1f} ms of the processor each   shares {shares}"


async def measure(count: int, messages: int, *, pinned: bool) -> Round:
    """One round, from an empty database on."""
    async with sinks.running() as sink:
        with furnished(database="postgresql", sink=sink.port) as place:
            places = [beside(place, f"node-{number}", place.url) for number in range(count)]
            daemons = [Daemon(each) for each in places]
            for number, daemon in enumerate(daemons):
                processor = str(number % (os.cpu_count() or 1))
                daemon.start(["taskset", "--cpu-list", processor] if pinned else [])
            try:
                return await _work(place, places, daemons, messages)
            finally:
                for daemon in daemons:
                    if daemon.alive:
                        daemon.kill()


async def _work(place: Place, places: Sequence[Place], daemons: Sequence[Daemon], messages: int) -> Round:
    books = Books(place.url)
    await _until(lambda: len(books.living()) == len(places))
    await asyncio.gather(*(_offer(each, 1, 1) for each in places))  # all are awake
    await _until(lambda: not books.open())
    warm = [_decided(each) for each in places]
    began, before = time.perf_counter(), sum(map(_processor, daemons))
    share = messages // CONNECTIONS
    await asyncio.gather(*(_offer(places[n % len(places)], share, 100 + n) for n in range(CONNECTIONS)))
    await _until(lambda: sum(map(_decided, places)) - sum(warm) >= share * CONNECTIONS)
    took = time.perf_counter() - began
    done = [_decided(each) - first for each, first in zip(places, warm, strict=True)]
    books.close()
    busy = (sum(map(_processor, daemons)) - before) / sum(done)
    return Round(rate=sum(done) / took, busy=1000 * busy, shares=tuple(each / sum(done) for each in done))


async def _offer(place: Place, messages: int, seed: int) -> None:
    client, chance = Smtp(place.smtp), random.Random(seed)
    for number in range(messages):
        mail = mails.complaint(seed * 100_000 + number, "smtp", chance)
        while True:
            try:
                if await client.offer(mail, mail.content, lambda: None) is Said.ACCEPTED:
                    break
            except OSError:
                await asyncio.sleep(0.1)
    client.close()


def _processor(daemon: Daemon) -> float:
    """Seconds of the processor that it has used."""
    fields = Path(f"/proc/{daemon.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _decided(place: Place) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{place.http}/metrics", timeout=30) as answer:
        return round(sum(map(float, DECIDED.findall(answer.read().decode()))))


async def _until(true: Callable[[], bool]) -> None:
    while not await asyncio.to_thread(true):  # noqa: ASYNC110
        await asyncio.sleep(0.1)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.nodes", description=__doc__)
    options.add_argument("--nodes", type=int, default=2)
    options.add_argument("--messages", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--pinned", action="store_true")
    said = options.parse_args()
    rates: dict[int, list[float]] = {1: [], said.nodes: []}
    for _ in range(said.rounds):
        for count in rates:
            found = asyncio.run(measure(count, said.messages, pinned=said.pinned))
            rates[count].append(found.rate)
            print(f"{count} node{'s' if count > 1 else ' '} {found}", flush=True)
    one, several = (median(each) for each in rates.values())
    print(f"{said.nodes} nodes beside one: {several / one:.2f}")


if __name__ == "__main__":
    main()
