"""Callers who want nothing: SMTP connections that say nothing and HTTP requests that stop in the midst of their head.

In a process of its own, so that it takes no time from the good clients whose waits are measured. It stays until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvloop

from bench.faults.nursery import ROOT
from bench.faults.place import Place
from workers.watching.limits import allow_many_connections

ADDRESSES = 40  # that they come from
SMTP_A_SECOND, HTTP_A_SECOND = 2000, 500
ANSWER_SECONDS = 3.0  # after the last has come
HALF = b"POST /hooks/webhook HTTP/1.1\r\nHost: local"


@asynccontextmanager
async def standing(place: Place, *, idle: int, half: int) -> AsyncIterator[dict[str, int]]:
    """They have all come, and stay for the length of the block: the first three characters that they were told, counted."""
    words = [sys.executable, "-m", __name__, *map(str, (place.smtp, place.http, idle, half))]
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield json.loads(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


class Crowd:
    """Whoever came, and what they were told."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self._held: list[asyncio.StreamWriter] = []

    async def come(self, smtp: int, http: int, idle: int, half: int) -> None:
        """One after the other. Until a while after the last of them they listen."""
        idlers = [self._one(number, smtp, number / SMTP_A_SECOND, b"") for number in range(idle)]
        halves = [self._one(number, http, number / HTTP_A_SECOND, HALF) for number in range(half)]
        listening = await asyncio.gather(*idlers, *halves)
        told, silent = await asyncio.wait([each for each in listening if each], timeout=ANSWER_SECONDS)
        self.answers.update(task.result() for task in told)
        self.answers["silence"] = len(silent)

    async def _one(self, number: int, port: int, wait: float, words: bytes) -> asyncio.Task[str] | None:
        await asyncio.sleep(wait)
        source = (f"127.0.1.{1 + number % ADDRESSES}", 0)
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=source)
        except OSError as error:
            self.answers[type(error).__name__] += 1
            return None
        self._held.append(writer)
        writer.write(words)
        return asyncio.create_task(_told(reader))


async def _told(reader: asyncio.StreamReader) -> str:
    """The code that the first line begins with."""
    with suppress(OSError):
        return (await reader.readline()).replace(b"HTTP/1.1 ", b"")[:3].decode() or "end"
    return "end"


async def _stay(smtp: int, http: int, idle: int, half: int) -> None:
    crowd = Crowd()
    await crowd.come(smtp, http, idle, half)
    print(json.dumps(crowd.answers), flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    allow_many_connections()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_stay(*map(int, sys.argv[1:])))
