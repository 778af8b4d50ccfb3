"""A daemon under strace that takes in one mail at a time: its system calls are counted, or one of them is its last, or fails.

Two journeys: the start, from where the modules are loaded; and a message's, from its coming to the leaving of its letters,
through a daemon that is at work. strace counts within each thread. Where several make a call in a message's journey they are
taken hold of one by one; in a start they are not there yet, and the first that comes to its n-th call is the one.
"""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Literal

from bench.faults.books import Books
from bench.faults.mails import STAFF, Mail
from bench.faults.siege import ABOUT, Siege
from bench.faults.sink import Letter
from store.audit.anchors import Anchors
from workers import basics
from workers.verbs import auditing

DISK = ("EIO", "ENOSPC")
ERRORS = {
    "write": (*DISK, "ECONNRESET"),  # files, sockets, and what wakes the loop
    "pwrite64": DISK,
    "fsync": DISK,
    "fdatasync": DISK,
    "ftruncate": DISK,
    "rename": DISK,
    "unlink": ("EIO",),
    "sendto": ("ECONNRESET",),
    "sendmsg": ("ECONNRESET",),
    "connect": ("ECONNRESET", "ECONNREFUSED"),
}
LETTERS = 2  # to the customer, and to whoever has the case
LIFE_SECONDS = 30.0  # at most, until something is accepted
JOURNEY_SECONDS = 3.0  # at most, after that: decided, written, sent
SETTLED_SECONDS = 0.1  # from the last letter to the commit that says so
ROUNDS = 5  # of counting: what a thread does differs

ANY = -1

Journey = Literal["start", "message"]
Calls = Counter[tuple[Journey, int, str]]  # by journey, thread and name
_CALL = re.compile(r"^(\d+) +(\w+)\(", re.MULTILINE)
_RESET = re.compile(r"sendto\(\d+<TCP:\[[^]]*:(\d+)->.*INJECTED")


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """What happens at the n-th call of a thread, or of any."""

    journey: Journey
    thread: int = ANY
    call: str
    n: int
    error: str = ""  # "" ends the process

    def __str__(self) -> str:
        return f"{self.kind} {self.n} of {'any' if self.thread == ANY else f'thread {self.thread}'}"

    @property
    def kind(self) -> str:
        return f"{self.journey}: {self.call} {self.error or 'killed'}"

    @property
    def options(self) -> list[str]:
        """What strace is told."""
        what = f"error={self.error}" if self.error else "signal=KILL"
        follow = ["-f"] if self.thread == ANY else []
        return [*follow, "-e", f"trace={self.call}", "-e", f"inject={self.call}:{what}:when={self.n}"]


@dataclass
class Alone(Siege):
    """One mail at a time, all of them alike, and nobody answers."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._came: Counter[str] = Counter()  # letters, by the id of their complaint
        self._trace = self.place.settings.parent / "strace"

    def _offer(self) -> str:
        """One more; returns its id."""
        self._chance.seed(self.plan.seed)
        self._release(self._made + 1)
        return f"c{self._made - 1}"

    def _accepted(self, mail: Mail) -> None:
        self.journal.accept(mail.id)
        self._answering.set()

    def _letter(self, letter: Letter) -> None:
        found = ABOUT.search(letter.text) if letter.recipient == STAFF else None
        complaint = self._of(letter.recipient)
        self._came[found[1] if found else complaint.id if complaint else ""] += 1

    async def _live(self) -> None:
        """Begin a life, take a mail in, and come to rest."""
        self._begin(whole=False)
        self._offer()
        await self._first_acceptance()
        self.restarts.append(monotonic() - self.daemon.started_at)
        await self._rested()

    async def _rested(self) -> None:
        """Until there is nothing to do at once. While it lives: whoever opens the database after a crash repairs it."""
        books = Books(self.place.url)
        await _while(books.busy, LIFE_SECONDS)
        books.close()

    async def _hold(self, task: int, options: Sequence[str]) -> subprocess.Popen[bytes]:
        """A strace that has taken hold of this process or thread."""
        command = ["strace", "-qq", "-yy", "-p", str(task), "-o", str(self._trace), *options]
        tracer = await asyncio.to_thread(subprocess.Popen, command)
        mark = f"TracerPid:\t{tracer.pid}\n"
        await _while(lambda: tracer.poll() is None and mark not in _status(task), LIFE_SECONDS)
        return tracer

    def _threads(self) -> list[int]:
        """In the order of their beginning."""
        return sorted(int(task.name) for task in Path(f"/proc/{self.daemon.pid}/task").iterdir())


@dataclass
class Counted(Alone):
    """How often each thread makes each call, or any where only one of them does; in a start, whichever makes it most often."""

    calls: Calls = field(default_factory=Counter)

    async def _attack(self) -> None:
        await self._live()
        for _ in range(ROUNDS):
            await self._count_a_message()
            await self._count_a_start()
            await self._live()

    async def _count_a_message(self) -> None:
        tracer, threads = await self._hold(self.daemon.pid, self._options()), self._threads()
        mail = self._offer()
        await _while(lambda: self._came[mail] < LETTERS, LIFE_SECONDS)
        await asyncio.sleep(SETTLED_SECONDS)
        tracer.send_signal(signal.SIGINT)
        await asyncio.to_thread(tracer.wait)
        found = Counter((threads.index(thread), call) for thread, call in self._traced() if thread in threads)
        makers = Counter(call for _, call in found)
        for (thread, call), number in found.items():
            self.calls |= Counter({("message", thread if makers[call] > 1 else ANY, call): number})

    async def _count_a_start(self) -> None:
        self.daemon.kill()
        self.daemon.begin(held=True)
        tracer = await self._hold(self.daemon.pid, self._options())
        self._answering.clear()
        self.daemon.signal(signal.SIGCONT)
        await asyncio.wait_for(self._pulse(), LIFE_SECONDS)
        await asyncio.sleep(SETTLED_SECONDS)
        self.daemon.kill()
        await asyncio.to_thread(tracer.wait)
        for (_, call), number in Counter(self._traced()).items():
            self.calls |= Counter({("start", ANY, call): number})

    def _options(self) -> list[str]:
        return ["-f", "-e", f"trace={','.join(ERRORS)}"]

    def _traced(self) -> list[tuple[int, str]]:
        """The thread and the name of every call."""
        return [(int(thread), call) for thread, call in _CALL.findall(self._trace.read_text(errors="replace"))]


@dataclass
class Traced(Alone):
    """A siege whose killer is the kernel. After each point it begins again, unless it lives, and at rest it is audited."""

    points: Sequence[Point] = ()
    unsound: list[str] = field(default_factory=list)  # points after which the audit found something
    hung: list[str] = field(default_factory=list)  # points after which it neither ended nor took in anything

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reached: list[Point] = []
        self._loaded = basics.read(self.place.settings, dry=True)

    async def _attack(self) -> None:
        await self._live()
        for point in self.points:
            await self._meet(point)
            await self._rested()
            await self._audit(point)

    async def _audit(self, point: Point) -> None:
        """Read the books as `main.py audit` does, without a process for it."""
        _, faults = await auditing.look(self._loaded, Anchors(), None, moved=False)
        self.unsound += [f"{point}: {fault.slug} {fault.where}" for fault in faults]

    async def _meet(self, point: Point) -> None:
        if point.journey == "start":
            self.daemon.kill()
            self.daemon.begin(held=True)
        threads = {ANY: self.daemon.pid, **dict(enumerate(self._threads()))}
        if point.thread not in threads:
            return  # it lives without that one
        tracer = await self._hold(threads[point.thread], point.options)
        self._answering.clear()
        self.daemon.signal(signal.SIGCONT)
        peer = asyncio.create_task(self._hang_up())
        await self._until_it_is_over(self._offer())
        peer.cancel()
        if self.daemon.alive and not self._answering.is_set():
            self.hung.append(str(point))
            self.daemon.kill()
        tracer.send_signal(signal.SIGINT)
        await asyncio.to_thread(tracer.wait)
        await _while(lambda: self.daemon.alive, SETTLED_SECONDS)
        if re.search(r"INJECTED|killed by", self._trace.read_text(errors="replace")):
            self.reached.append(point)
        if not self.daemon.alive:
            await self._live()

    async def _hang_up(self) -> None:
        """The peer that a call was told to be gone goes: libpq believes only what it reads. Each thread is told once."""
        gone: set[str] = set()
        while True:
            for port in set(_RESET.findall(self._trace.read_text(errors="replace"))) - gone:
                gone.add(port)
                books = Books(self.place.url)
                books.hang_up(int(port))
                books.close()
            await asyncio.sleep(0.01)

    async def _until_it_is_over(self, mail: str) -> None:
        """Dead, or with nothing left to send, or waiting for what does not come. The database is not looked at, see above."""
        await _while(lambda: self.daemon.alive and not self._answering.is_set(), LIFE_SECONDS)
        await _while(lambda: self.daemon.alive and self._came[mail] < LETTERS, JOURNEY_SECONDS)
        await _while(lambda: self.daemon.alive, SETTLED_SECONDS)


def _status(task: int) -> str:
    """What the kernel tells of it; nothing of a thread that has ended."""
    with suppress(OSError):
        return Path(f"/proc/{task}/status").read_text()
    return ""


async def _while(so: Callable[[], bool], seconds: float) -> None:
    """Wait as long as it is so, but no longer than this."""
    end = monotonic() + seconds
    while so() and monotonic() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
