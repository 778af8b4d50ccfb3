"""The disk fills up while mail comes in, and is freed again: a pause, never a loss. Needs root, for a small tmpfs.

In turns: half of the reserve is left, no file can be made, not one byte is left.

.venv/bin/python -m bench.faults.disk --times 3
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from bench.faults import sink as sinks
from bench.faults.place import furnished
from bench.faults.siege import START_SECONDS, Plan, Siege
from bench.faults.verdict import Finding, Verdict, judge

SIZE, FILES = "96m", 400
RESERVE = 16 << 20
SHORT_SECONDS = 3.0
RESUME_SECONDS = 10.0
A_TIME = 40  # complaints


@dataclass
class Starved(Siege):
    """A siege that kills nobody: it takes the disk away so often, for a while, in one way after the other."""

    disk: Path = Path()
    resumed: list[float] = field(default_factory=list)  # seconds from the cure to the first acceptance
    deaths: int = 0
    early: int = 0  # times that the database met a disk on which half of the reserve was left

    async def _attack(self) -> None:
        self._begin()
        self._release(A_TIME)
        await asyncio.wait_for(self._answering.wait(), START_SECONDS)
        ways = itertools.cycle((_half_the_reserve, _every_file, _every_byte))
        for number, take in zip(range(self.plan.kills), ways, strict=False):
            await self._starve(number + 2, take)

    async def _starve(self, number: int, take: Callable[[Path], None]) -> None:
        junk = self.disk / "junk"
        junk.mkdir()
        before = self._database_alarms()
        await asyncio.to_thread(take, junk)
        self._release(A_TIME * number)
        await asyncio.sleep(SHORT_SECONDS)
        self._answering.clear()
        self.deaths += not self.daemon.alive
        self.early += take is not _every_byte and self._database_alarms() > before
        await asyncio.to_thread(shutil.rmtree, junk)
        cured = monotonic()
        await asyncio.wait_for(self._answering.wait(), 6 * RESUME_SECONDS)
        self.resumed.append(monotonic() - cured)

    def _database_alarms(self) -> int:
        return len(alarms(self.daemon.log(), "database"))


def alarms(log: str, what: str) -> list[str]:
    """Why alarms of this name were raised, in order."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line["why"] for line in lines if line["event"] == "alarm_raised" and line["what"] == what]


@contextmanager
def small_disk() -> Iterator[Path]:
    """A tmpfs of its own, for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="answerable-disk-") as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},nr_inodes={FILES}", "answerable", name], check=True)
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", name], check=True)


def _half_the_reserve(junk: Path) -> None:
    """Of the reserve, half is left."""
    disk = os.statvfs(junk)
    (junk / "junk").write_bytes(bytes(disk.f_bavail * disk.f_frsize - RESERVE // 2))


def _every_byte(junk: Path) -> None:
    """Nothing fits any more."""
    with (junk / "junk").open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(b"\0" * size)


def _every_file(junk: Path) -> None:
    """There is space, and no file can be made."""
    for number in range(os.statvfs(junk).f_favail):
        (junk / str(number)).touch()


async def starve(times: int, seed: int) -> Verdict:
    """Fill the disk so often, and judge what is left."""
    plan = Plan(way="smtp", kills=times, messages=A_TIME * (times + 1), seed=seed)
    with small_disk() as disk:
        async with sinks.running() as sink:
            with furnished(database="sqlite", sink=sink.port, data=disk, reserve=RESERVE) as place:
                siege = Starved(plan=plan, place=place, sink=sink, disk=disk)
                status = await siege.run()
                verdict = await asyncio.to_thread(judge, siege, status)
                noise = _noise(siege)
    slow = tuple(f"{seconds:.1f}" for seconds in siege.resumed if seconds > RESUME_SECONDS)
    unseen = () if siege.journal.put_off else ("no message was put off",)
    findings = (
        *verdict.findings,
        Finding(promise="a full disk puts mail off", broken=unseen),
        Finding(promise="the daemon lives through a full disk", broken=("died",) * siege.deaths),
        Finding(promise="intake pauses before the database fails", broken=("the database failed",) * siege.early),
        Finding(promise="a full disk is one alarm each time at most", broken=noise),
        Finding(promise=f"it resumes within {RESUME_SECONDS:.0f} s of the cure", broken=slow),
    )
    figures = (
        {"times that the disk was full": times}
        | verdict.figures
        | {"kills": 0, "s from the cure to the first 250": [f"{s:.2f}" for s in siege.resumed]}
    )
    return replace(verdict, findings=findings, figures=figures)


def _noise(siege: Starved) -> tuple[str, ...]:
    """More alarms than reasons for one; or none. Between two shortages all may not have been well for long enough."""
    raised = alarms(siege.daemon.log(), "space")
    return () if 1 <= len(raised) <= siege.plan.kills else (str(raised),)


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
