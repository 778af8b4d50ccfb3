"""The daemon under strace: it dies at its n-th write, or the kernel says that the disk is broken or full. Then the same verdict.

    .venv/bin/python -m bench.faults.syscalls --database sqlite --points 40 --seed 1
    .venv/bin/python -m bench.faults.syscalls --database sqlite --every 1

Every point is one life of the daemon, with a few messages on their way: received, decided, answered. n counts within a thread.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from bench.faults import sink as sinks
from bench.faults.place import furnished
from bench.faults.siege import Plan, Siege
from bench.faults.verdict import Verdict, judge

A_LIFE = 3  # messages
LIFE_SECONDS = 30.0  # at most, where the point is not reached
JOURNEY_SECONDS = 1.5  # after the first acceptance: decided, written, sent
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

    def command(self, trace: Path) -> list[str]:
        """The strace that the daemon is run by. It stays behind the daemon, whose parent we are."""
        what = f"error={self.error}" if self.error else "signal=KILL"
        inject = f"inject={self.call}:{what}:when={self.n}"
        return [
            "strace",
            "-D",
            "-f",
            "-qq",
            "-o",
            str(trace),
            "-e",
            f"trace={self.call}",
            "-e",
            inject,
        ]


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
        trace.unlink(missing_ok=True)
        self._answering.clear()
        self.daemon.start(point.command(trace))
        await self._until_it_is_over()
        died = not self.daemon.alive
        self.daemon.kill()
        if died or "INJECTED" in trace.read_text(errors="replace"):
            self.reached[f"{point.call} {point.error or 'killed'}"] += 1

    async def _until_it_is_over(self) -> None:
        end = monotonic() + LIFE_SECONDS
        answered = False
        while self.daemon.alive and monotonic() < end:
            if self._answering.is_set() and not answered:
                answered, end = True, min(end, monotonic() + JOURNEY_SECONDS)
            await asyncio.sleep(0.02)


async def trace(database: str, chosen: Sequence[Point], seed: int) -> tuple[Verdict, Counter[str]]:
    """One life for each point, and the verdict; with how many of them were reached, by kind."""
    plan = Plan(way="smtp", kills=len(chosen), messages=A_LIFE * len(chosen), seed=seed)
    async with sinks.running() as sink:
        with furnished(database=database, sink=sink.port) as place:
            siege = Traced(plan=plan, place=place, sink=sink, points=chosen)
            status = await siege.run()
            return await asyncio.to_thread(judge, siege, status), siege.reached


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.faults.syscalls", description=__doc__)
    options.add_argument("--database", choices=list(CALLS), default="sqlite")
    options.add_argument("--points", type=int, default=40)
    options.add_argument("--every", type=int, help="instead of a sample: each call's 1st, then every so many; 1 is all")
    options.add_argument("--seed", type=int, default=1)
    said = options.parse_args()
    began = monotonic()
    chance = random.Random(said.seed)
    chosen = every(said.database, said.every) if said.every else points(said.database, said.points, chance)
    verdict, reached = asyncio.run(trace(said.database, chosen, said.seed))
    print(f"strace on {said.database}, seed {said.seed}: {monotonic() - began:.0f} s, {reached.total()} points reached")
    for kind, number in sorted(reached.items()):
        print(f"  {number:6}  {kind}")
    print(verdict)
    return 0 if verdict.clean else 1


if __name__ == "__main__":
    sys.exit(main())
