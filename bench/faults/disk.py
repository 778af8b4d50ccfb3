"""The disk fills up while mail comes in, and is freed again: a pause, never a loss. Needs root, for a small tmpfs.

.venv/bin/python -m bench.faults.disk --times 3
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from bench.faults import sink as sinks
from bench.faults.place import furnished
from bench.faults.siege import START_SECONDS, Plan, Siege
from bench.faults.verdict import Finding, Verdict, judge

SIZE = "48m"
FULL_SECONDS = 4.0
RESUME_SECONDS = 10.0
A_TIME = 60  # complaints


@dataclass
class Starved(Siege):
    """A siege that kills nobody: it takes the disk away so often, for a while."""

    disk: Path = Path()
    resumed: list[float] = field(default_factory=list)  # seconds from free space to the first acceptance
    deaths: int = 0

    async def _attack(self) -> None:
        self._begin()
        self._release(A_TIME)
        await asyncio.wait_for(self._answering.wait(), START_SECONDS)
        for number in range(self.plan.kills):
            await self._starve(number + 2)

    async def _starve(self, number: int) -> None:
        filler = self.disk / "filler"
        await asyncio.to_thread(_fill, filler)
        self._release(A_TIME * number)
        await asyncio.sleep(FULL_SECONDS)
        self._answering.clear()
        self.deaths += not self.daemon.alive
        filler.unlink()
        freed = monotonic()
        await asyncio.wait_for(self._answering.wait(), 6 * RESUME_SECONDS)
        self.resumed.append(monotonic() - freed)


@contextmanager
def small_disk() -> Iterator[Path]:
    """A tmpfs of its own, for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="answerable-disk-") as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "answerable", name], check=True)
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", name], check=True)


def _fill(file: Path) -> None:
    """Write until nothing fits any more."""
    with file.open("wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    filler.write(b"\0" * size)
            except OSError:
                continue


async def starve(times: int, seed: int) -> Verdict:
    """Fill the disk so often, and judge what is left."""
    plan = Plan(way="smtp", kills=times, messages=A_TIME * (times + 1), seed=seed)
    with small_disk() as disk:
        async with sinks.running() as sink:
            with furnished(database="sqlite", sink=sink.port, data=disk) as place:
                siege = Starved(plan=plan, place=place, sink=sink, disk=disk)
                status = await siege.run()
                verdict = await asyncio.to_thread(judge, siege, status)
    slow = tuple(f"{seconds:.1f}" for seconds in siege.resumed if seconds > RESUME_SECONDS)
    unseen = () if siege.journal.put_off else ("no message was put off",)
    findings = (
        *verdict.findings,
        Finding(promise="a full disk puts mail off", broken=unseen),
        Finding(promise="the daemon lives through a full disk", broken=("died",) * siege.deaths),
        Finding(promise=f"it resumes within {RESUME_SECONDS:.0f} s of free space", broken=slow),
    )
    figures = (
        {"times that the disk was full": times}
        | verdict.figures
        | {"kills": 0, "s from free space to the first 250": [f"{s:.2f}" for s in siege.resumed]}
    )
    return replace(verdict, findings=findings, figures=figures)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.faults.disk", description=__doc__)
    options.add_argument("--times", type=int, default=3)
    options.add_argument("--seed", type=int, default=1)
    said = options.parse_args()
    if os.geteuid() != 0:
        print("needs root, to mount a tmpfs")
        return 2
    verdict = asyncio.run(starve(said.times, said.seed))
    print(verdict)
    return 0 if verdict.clean else 1


if __name__ == "__main__":
    sys.exit(main())
