"""More than the daemon can serve: idle SMTP connections, half HTTP requests and very large mails, all at once, in little memory.

    .venv/bin/python -m bench.faults.overload --idle 10000 --half 1000 --large 4 --seconds 30

It is closed in by a memory cgroup (version 1 or 2), or by prlimit where there is none. A good client keeps coming meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from bench.faults import mails
from bench.faults import sink as sinks
from bench.faults.books import Books
from bench.faults.crowd import standing
from bench.faults.daemon import Daemon
from bench.faults.place import Place, furnished
from bench.faults.siege import START_SECONDS
from bench.faults.verdict import Finding
from bench.faults.ways import Hook, Said, Smtp

MEMORY = 512 << 20
RESIDENT = 400 << 20  # bytes of the daemon itself, whatever comes
LARGE = 36_000_000  # bytes of a photo: 49 MB as mail
SERVED_SECONDS = 2.0
REST_SECONDS = 120
_V1, _V2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")


@dataclass
class Crush:
    """One daemon, and everybody who wants something of it."""

    place: Place
    idle: int
    half: int
    large: int
    seconds: float
    answers: dict[str, int] = field(default_factory=dict)  # to idlers and halves, by code
    served: list[float] = field(default_factory=list)  # seconds that a good client's messages took
    late: Counter[str] = field(default_factory=Counter)  # what became of those that were not accepted
    accepted: int = 0
    put_off: int = 0  # times that a large mail was

    def __post_init__(self) -> None:
        self.daemon = Daemon(self.place)
        self._photos = [_photographed(1000 + number) for number in range(self.large)]

    async def run(self) -> None:
        """Crush it, and see to it that every message is accepted in the end."""
        await asyncio.wait_for(self._up(), START_SECONDS)
        over = asyncio.Event()
        good = asyncio.gather(self._good(Smtp(self.place.smtp), over), self._good(Hook(self.place), over))
        large = asyncio.gather(*(asyncio.to_thread(asyncio.run, self._large(mail)) for mail in self._photos))
        async with standing(self.place, idle=self.idle, half=self.half) as self.answers:
            await asyncio.sleep(self.seconds)
            await large
        over.set()
        await good

    async def _up(self) -> None:
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.place.smtp)
                writer.close()
                return
            await asyncio.sleep(0.05)

    async def _good(self, way: Smtp | Hook, over: asyncio.Event) -> None:
        """One message after the other, as a sender does who is not in a hurry."""
        chance, kind = random.Random(1), "smtp" if isinstance(way, Smtp) else "webhook"
        number = 0 if kind == "smtp" else 500
        while not over.is_set():
            mail = mails.complaint(number, "smtp" if kind == "smtp" else "webhook", chance)
            began = monotonic()
            said = await self._offered(way, mail, mail.content)
            number += 1
            if said is Said.ACCEPTED:
                self.served.append(monotonic() - began)
            else:
                self.late[f"{kind} {said.value}"] += 1
            way.close()
            await asyncio.sleep(0.25)

    async def _large(self, mail: mails.Mail) -> None:
        """As a mail server does: again and again, until it is accepted. In a loop of its own, so that nobody waits for us."""
        while await self._offered(way := Smtp(self.place.smtp), mail, mail.content) is not Said.ACCEPTED:
            self.put_off += 1
            way.close()
            if not self.daemon.alive:
                return
            await asyncio.sleep(1.0)
        way.close()

    async def _offered(self, way: Smtp | Hook, mail: mails.Mail, content: bytes) -> Said:
        with suppress(OSError, EOFError, TimeoutError, ValueError):
            said = await way.offer(mail, content, lambda: None)
            self.accepted += said is Said.ACCEPTED
            return said
        return Said.NOTHING


def _photographed(number: int) -> mails.Mail:
    return mails.complaint(number, "smtp", random.Random(number), photo=random.Random(number).randbytes(LARGE))


@contextmanager
def closed_in(memory: int) -> Iterator[tuple[Sequence[str], str]]:
    """The command that starts a program in so much memory, and what closes it in."""
    v1 = (_V1 / "memory.limit_in_bytes").exists()
    home = (_V1 if v1 else _V2) / f"answerable-{os.getpid()}"
    try:
        home.mkdir()
        (home / ("memory.limit_in_bytes" if v1 else "memory.max")).write_text(str(memory))
    except OSError:
        with suppress(OSError):
            home.rmdir()
        yield ("prlimit", f"--data={memory}"), "prlimit --data"
        return
    try:
        yield (
            ("sh", "-c", f'echo $$ > {home}/cgroup.procs && exec "$@"', "sh"),
            f"cgroup v{1 if v1 else 2}",
        )
    finally:
        home.rmdir()


def peak(pid: int) -> int:
    """The most memory that the process itself had resident, in bytes; 0 where it is no more."""
    if not Path(f"/proc/{pid}").exists():
        return 0
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What was left of the daemon, and what its books say."""

    alive: bool
    status: int  # of its end
    most: int  # bytes resident
    kept: int
    faults: tuple[str, ...]


async def crush(
    *, idle: int, half: int, large: int, seconds: float, memory: int = MEMORY
) -> tuple[list[Finding], dict[str, object]]:
    """What was broken, and the figures."""
    with ExitStack() as stack:
        command, fence = stack.enter_context(closed_in(memory))
        async with sinks.running() as sink:
            place = stack.enter_context(furnished(database="sqlite", sink=sink.port))
            one = Crush(place=place, idle=idle, half=half, large=large, seconds=seconds)
            outcome = await _outcome(one, command)
    figures = {"closed in by": f"{fence}, {memory >> 20} MB", **_figures(one, outcome)}
    return _findings(one, outcome), figures


async def _outcome(one: Crush, command: Sequence[str]) -> Outcome:
    one.daemon.start(command)
    try:
        await one.run()
        await _rest(one.place)
        alive, most = one.daemon.alive, peak(one.daemon.pid)
    finally:
        status = await one.daemon.stop() if one.daemon.alive else -1
    books = Books(one.place.url)
    kept, faults = len(books.kept()), tuple(fault["slug"] for fault in one.daemon.audit()["faults"])
    books.close()
    return Outcome(alive=alive, status=status, most=most, kept=kept, faults=faults)


def _findings(one: Crush, left: Outcome) -> list[Finding]:
    """Promise by promise."""
    broken = {
        "the daemon lives": () if left.alive and left.status == 0 else (f"status {left.status}",),
        "every accepted message is there": () if left.kept == one.accepted else (f"{left.kept} of {one.accepted}",),
        "the audit is clean": left.faults,
        "no more than 400 MB are resident": (f"{left.most >> 20} MB",) if left.most > RESIDENT else (),
        "no good client is turned away": tuple(map(str, one.late.elements())),
        "a good client is served within 2 s": tuple(f"{s:.1f} s" for s in one.served if s > SERVED_SECONDS),
    }
    return [Finding(promise=promise, broken=how) for promise, how in broken.items()]


def _figures(one: Crush, left: Outcome) -> dict[str, object]:
    served = sorted(one.served)
    return {
        "answers to idlers and half requests": one.answers,
        "messages of good clients, all accepted": len(served),
        "s for one of them, median and longest": f"{served[len(served) // 2]:.2f}, {served[-1]:.2f}",
        "times that a large mail was put off": one.put_off,
        "MB resident at most": left.most >> 20,
    }


async def _rest(place: Place) -> None:
    """Until everything is decided and sent."""
    books = Books(place.url)
    for _ in range(REST_SECONDS * 2):
        if not books.open():
            break
        await asyncio.sleep(0.5)
    books.close()


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.faults.overload", description=__doc__)
    options.add_argument("--idle", type=int, default=10_000)
    options.add_argument("--half", type=int, default=1000)
    options.add_argument("--large", type=int, default=4)
    options.add_argument("--memory", type=int, default=MEMORY >> 20, help="MB")
    options.add_argument("--seconds", type=float, default=30.0)
    said = options.parse_args()
    plan = {"idle": said.idle, "half": said.half, "large": said.large, "seconds": said.seconds}
    findings, figures = asyncio.run(crush(**plan, memory=said.memory << 20))
    print("\n".join(["broken  promise", *map(str, findings), "figure"]))
    print("\n".join(f"  {value!s:>6}  {name}" for name, value in figures.items()))
    return 1 if any(finding.broken for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main())
