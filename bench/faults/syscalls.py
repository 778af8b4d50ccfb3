"""Every system call of a start and of a message's journey: the daemon dies at it, or is told that disk or peer has failed.

    .venv/bin/python -m bench.faults.syscalls --database sqlite --points 40 --seed 1
    .venv/bin/python -m bench.faults.syscalls --database sqlite --done points.txt

The calls of a start and of a message's journey are counted first, and each is a point. They come in any order: a run that is cut
off has seen some of everything, and what it has written to `--done` is left out when it is begun again.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

from bench.faults import sink as sinks
from bench.faults.place import furnished
from bench.faults.siege import Plan
from bench.faults.traced import ANY, ERRORS, Calls, Counted, Point, Traced
from bench.faults.verdict import Finding, Verdict, judge

A_DATABASE = 50  # points; then there is a verdict, and the next begin with an empty one
MORE = 1.05, 2  # times and plus what was counted: no two journeys are quite alike


async def count(database: str, seed: int) -> Calls:
    """How often each call is made, the most of several times."""
    async with sinks.running() as sink:
        with furnished(database=database, sink=sink.port) as place:
            counted = Counted(plan=Plan(way="smtp", kills=0, messages=0, seed=seed), place=place, sink=sink)
            await counted.run()
            return counted.calls


def every(calls: Calls) -> list[Point]:
    """Every call, ended by the process and with each of its errors; and a few more, in case that there are."""
    return [
        Point(journey=journey, thread=thread, call=call, n=n, error=error)
        for (journey, thread, call), most in sorted(calls.items())
        for error in ("", *ERRORS[call])
        for n in range(1, int(most * MORE[0]) + MORE[1] + 1)
    ]


async def trace(database: str, chosen: Sequence[Point], seed: int) -> tuple[Verdict, list[Point]]:
    """Each point, and the verdict; with those that were reached."""
    plan = Plan(way="smtp", kills=len(chosen), messages=len(chosen), seed=seed)
    async with sinks.running() as sink:
        with furnished(database=database, sink=sink.port) as place:
            siege = Traced(plan=plan, place=place, sink=sink, points=chosen)
            status = await siege.run()
            verdict = await asyncio.to_thread(judge, siege, status)
            sound = Finding(promise="the audit is clean after each point", broken=tuple(siege.unsound))
            living = Finding(promise="it ends, or goes on by itself", broken=tuple(siege.hung))
            return replace(verdict, findings=(*verdict.findings, sound, living)), siege.reached


def rounds(database: str, chosen: Sequence[Point], seed: int, done: Path | None) -> Iterator[Verdict]:
    """A verdict for every so many points that were not clean yet; what was reached is told."""
    clean = set(done.read_text().splitlines()) if done and done.exists() else set()
    left = [point for point in chosen if str(point) not in clean]
    for first in range(0, len(left), A_DATABASE):
        some, began = left[first : first + A_DATABASE], monotonic()
        verdict, reached = asyncio.run(trace(database, some, seed))
        print(
            f"{first + len(some)} of {len(left)}: {monotonic() - began:.0f} s, {len(reached)} of {len(some)} reached",
            flush=True,
        )
        for kind, number in sorted(Counter(point.kind for point in reached).items()):
            print(f"  {number:6}  {kind}")
        if done and verdict.kept:
            with done.open("a") as file:
                file.writelines(f"{point}\n" for point in reached)
        yield verdict


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.faults.syscalls", description=__doc__)
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options.add_argument("--points", type=int, help="a sample of so many instead of all")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--done", type=Path, help="a file of the points that are done, which grows")
    said = options.parse_args()
    calls = asyncio.run(count(said.database, said.seed))
    for (journey, thread, call), most in sorted(calls.items()):
        print(f"  {most:6}  {call} in a {journey}" + (f", thread {thread}" if thread != ANY else ""))
    chosen = every(calls)
    print(f"{len(chosen)} points", flush=True)
    random.Random(said.seed).shuffle(chosen)
    chosen = chosen[: said.points]
    status = 0
    for verdict in rounds(said.database, chosen, said.seed, said.done):
        print(verdict, flush=True)
        status = status or int(not verdict.clean)
    return status


if __name__ == "__main__":
    sys.exit(main())
