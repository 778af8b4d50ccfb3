"""The daemon under strace: it dies at its n-th write, or the kernel says that the disk is broken or full. Then the same verdict.

    .venv/bin/python -m bench.faults.syscalls --database sqlite --points 40 --seed 1
    .venv/bin/python -m bench.faults.syscalls --database sqlite --every 1 --done points.txt

Every point is one life of the daemon, from where it has loaded its modules, with a few messages on their way: received, decided,
answered. n counts within a thread. What is written to `--done` is left out when the run is begun again.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from bench.faults import sink as sinks
from bench.faults.books import Books
from bench.faults.place import furnished
from bench.faults.siege import Plan, Siege
from bench.faults.verdict import Verdict, judge

A_LIFE = 3  # messages
A_DATABASE = 50  # points; then there is a verdict, and the next begin with an empty one
LIFE_SECONDS = 30.0  # at most, where the point is not reached
JOURNEY_SECONDS = 3.0  # at most, after the first acceptance: decided, written, sent
# How often one thread makes each call in the life of three messages, measured; beyond it nothing is hit.
CALLS = {
    "sqlite": {"pwrite64": 500, "fdatasync": 20, "write": 50, "connect": 2, "unlink": 1},
    "postgresql": {"sendto": 100, "write": 50, "connect": 4},
}
ERRORS = {
    "pwrite64": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO", "ENOSPC"),
    "sendto": ("ECONNRESET", "EPIPE"),
    "connect": ("ECONNREFUSED",),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """What happens at the n-th call."""

    call: str
    n: int
    error: str = ""  # "" ends the process

    def __str__(self) -> str:
        return f"{self.call} {self.n} {self.error or 'killed'}"

    def command(self, pid: int, trace: Path) -> list[str]:
        """The strace that takes hold of the daemon."""
        what = f"error={self.error}" if self.error else "signal=KILL"
        inject = f"inject={self.call}:{what}:when={self.n}"
        follow = ("-f", "-qq", "-p", str(pid), "-o", str(trace))
        return ["strace", *follow, "-e", f"trace={self.call}", "-e", inject]


def points(database: str, count: int, chance: random.Random) -> list[Point]:
    """A sample over all calls, the early ones more often; two of three end the process."""
    calls = CALLS[database]
    made = []
    for number in range(count):
        call = list(calls)[number % len(calls)]
        errors = ERRORS.get(call, ())
        error = chance.choice(errors) if errors and number % 3 == 2 else ""
        made.append(Point(call=call, n=max(1, int(calls[call] * chance.random() ** 2)), error=error))
    return made


def every(database: str, step: int) -> list[Point]:
    """Every n-th call of every kind, ended by the process and with every error."""
    return [
        Point(call=call, n=n, error=error)
        for call, most in CALLS[database].items()
        for error in ("", *ERRORS.get(call, ()))
        for n in range(1, most + 1, step)
    ]


@dataclass
class Traced(Siege):
    """A siege whose killer is the kernel."""

    points: Sequence[Point] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reached: Counter[str] = Counter()
        self._left = list(self.points)

    async def _live_and_die(self) -> None:
        point, trace = self._left.pop(0), self.place.settings.parent / "strace"
        self._answering.clear()
        self.daemon.begin(held=True)
        strace = await asyncio.to_thread(subprocess.Popen, point.command(self.daemon.pid, trace))
        await _while(lambda: not self._is_held_by(strace.pid), LIFE_SECONDS)
        self.daemon.signal(signal.SIGCONT)
        await self._until_it_is_over()
        died = not self.daemon.alive
        self.daemon.kill()
        await asyncio.to_thread(strace.wait)
        if died or "INJECTED" in trace.read_text(errors="replace"):
            self.reached[f"{point.call} {point.error or 'killed'}"] += 1

    def _is_held_by(self, tracer: int) -> bool:
        return f"TracerPid:\t{tracer}\n" in Path(f"/proc/{self.daemon.pid}/status").read_text()

    async def _until_it_is_over(self) -> None:
        """Dead, or at rest, or waiting for what does not come."""
        began = monotonic()
        await _while(lambda: self.daemon.alive and not self._answering.is_set(), LIFE_SECONDS)
        if not self._answering.is_set():
            return
        self.restarts.append(monotonic() - began)
        books = Books(self.place.url)
        await _while(lambda: self.daemon.alive and bool(self._queue.qsize() or books.open()), JOURNEY_SECONDS)
        books.close()


async def _while(so: Callable[[], bool], seconds: float) -> None:
    """Wait as long as it is so, but no longer than this."""
    end = monotonic() + seconds
    while so() and monotonic() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def trace(database: str, chosen: Sequence[Point], seed: int) -> tuple[Verdict, Counter[str]]:
    """One life for each point, and the verdict; with how many of them were reached, by kind."""
    plan = Plan(way="smtp", kills=len(chosen), messages=A_LIFE * len(chosen), seed=seed)
    async with sinks.running() as sink:
        with furnished(database=database, sink=sink.port) as place:
            siege = Traced(plan=plan, place=place, sink=sink, points=chosen)
            status = await siege.run()
            return await asyncio.to_thread(judge, siege, status), siege.reached


def rounds(database: str, chosen: Sequence[Point], seed: int, done: Path | None) -> Iterator[Verdict]:
    """A verdict for every so many points that were not clean yet; what was reached is told."""
    clean = set(done.read_text().splitlines()) if done and done.exists() else set()
    left = [point for point in chosen if str(point) not in clean]
    for first in range(0, len(left), A_DATABASE):
        some, began = left[first : first + A_DATABASE], monotonic()
        verdict, reached = asyncio.run(trace(database, some, seed))
        print(
            f"{some[0]} to {some[-1]}: {monotonic() - began:.0f} s, {reached.total()} of {len(some)} reached",
            flush=True,
        )
        print("\n".join(f"  {number:6}  {kind}" for kind, number in sorted(reached.items())))
        if done and verdict.kept:
            with done.open("a") as file:
                file.writelines(f"{point}\n" for point in some)
        yield verdict


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.faults.syscalls", description=__doc__)
    options.add_argument("--database", choices=list(CALLS), default="sqlite")
    options.add_argument("--points", type=int, default=40)
    options.add_argument("--every", type=int, help="instead of a sample: each call's 1st, then every so many; 1 is all")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--done", type=Path, help="a file of the points that are done, which grows")
    said = options.parse_args()
    chance = random.Random(said.seed)
    chosen = every(said.database, said.every) if said.every else points(said.database, said.points, chance)
    status = 0
    for verdict in rounds(said.database, chosen, said.seed, said.done):
        print(verdict, flush=True)
        status = status or int(not verdict.clean)
    return status


if __name__ == "__main__":
    sys.exit(main())
