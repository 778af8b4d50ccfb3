"""The disk fills up while mail comes in, and is freed again: a pause, never a loss. Needs root, for a small tmpfs.

In turns: half of the reserve is left, no file can be made, not one byte is left.

.venv/bin/python -m bench.faults.disk --times 20
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from bench.faults import sink as sinks
from bench.faults.place import furnished
from bench.faults.siege import Plan
from bench.faults.troubles import A_TIME, Trouble, Troubled
from bench.faults.verdict import Verdict

SIZE, FILES = "160m", 400
RESERVE = 40 << 20  # half of it holds what was accepted with photos, and the letters to staff that pass them on
SHORT_SECONDS = 3.0


@contextmanager
def small_disk() -> Iterator[Path]:
    """A tmpfs of its own, for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="answerable-disk-") as name:
        options = f"size={SIZE},nr_inodes={FILES}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "answerable", name], check=True)
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", name], check=True)


def half_the_reserve(junk: Path) -> None:
    """Of the reserve, half is left."""
    disk = os.statvfs(junk)
    (junk / "junk").write_bytes(bytes(disk.f_bavail * disk.f_frsize - RESERVE // 2))


def every_file(junk: Path) -> None:
    """There is space, and no file can be made."""
    for number in range(os.statvfs(junk).f_favail):
        (junk / str(number)).touch()


def every_byte(junk: Path) -> None:
    """Nothing fits any more."""
    with (junk / "junk").open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(b"\0" * size)


@contextmanager
def taken(disk: Path, take: Callable[[Path], None]) -> Iterator[None]:
    """Somebody else fills the disk, for the length of the block."""
    junk = disk / "junk"
    junk.mkdir()
    take(junk)
    yield
    shutil.rmtree(junk)


def troubles(disk: Path) -> list[Trouble]:
    """The database is to notice only the last of them."""
    ways = {half_the_reserve: {"space"}, every_file: {"space"}, every_byte: {"space", "database"}}
    return [
        Trouble(name=take.__name__, brought=partial(taken, disk, take), seconds=SHORT_SECONDS, alarms=frozenset(alarms))
        for take, alarms in ways.items()
    ]


async def starve(times: int, seed: int) -> Verdict:
    """Fill the disk so often, and judge what is left."""
    plan = Plan(way="smtp", kills=times, messages=A_TIME * (times + 1), seed=seed)
    with small_disk() as disk:
        async with sinks.running() as sink:
            with furnished(database="sqlite", sink=sink.port, data=disk, reserve=RESERVE) as place:
                return await Troubled(plan=plan, place=place, sink=sink, troubles=troubles(disk)).verdict()


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.faults.disk", description=__doc__)
    options.add_argument("--times", type=int, default=20)
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
