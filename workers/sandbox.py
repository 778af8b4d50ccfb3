"""Reading at arm's length: a child process understands what could hold up the daemon, or end it, and may die of it.

The child may use so much processor time and memory for one message and no more (`workers.sandbox_child`). It is started when
it is needed, reads one message after the other, and is let go when there is nothing to read.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import cast

import structlog

from intake.fingerprint import fingerprint
from intake.message import RawMessage
from intake.mime.defects import Defect
from intake.policy import Policy
from workers.sandbox_child import LENGTH, Answer
from workers.understanding import Understood, shown_raw

log = structlog.get_logger()
ROOT = Path(__file__).parents[1]
BEGINNING = 64 * 1024  # bytes that are read of a message that is too much as a whole
PATIENCE = 20.0  # seconds by the clock; the limit of processor time comes first, but for a child that sleeps
IDLE_SECONDS = 60.0


class Sandbox:
    """One child at most. A message that it dies of is read again from its beginning alone, then shown as it stands."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._child: Process | None = None
        self._reading = asyncio.Lock()
        self._leaving: asyncio.TimerHandle | None = None

    async def understand(self, raw: RawMessage) -> Understood:
        """What is known about it. Never raises for what a stranger wrote."""
        async with self._reading:
            self._stay()
            answer = await self._ask(raw)
            if answer is None:
                log.warning("message_too_much", channel=raw.channel, size=len(raw.blob))
                answer = _cut(await self._ask(replace(raw, blob=raw.blob[:BEGINNING])), raw)
            self._leaving = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._end)
        if answer is None:
            return shown_raw(raw, self._policy)
        message, signals = answer
        return Understood(raw=raw, message=message, signals=signals)

    async def close(self) -> None:
        """Let the child go."""
        self._stay()
        child = self._child
        self._end()
        if child is not None:
            await child.wait()

    async def _ask(self, raw: RawMessage) -> Answer | None:
        """The child's answer; None where it died, or went on too long."""
        try:
            async with asyncio.timeout(PATIENCE):
                child = self._child or await self._start()
                await _say(child, raw)
                return await _hear(child)
        except (OSError, EOFError, TimeoutError, pickle.UnpicklingError):
            self._end()
            return None
        except asyncio.CancelledError:
            self._end()  # half an answer is under way
            raise

    async def _start(self) -> Process:
        self._child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "workers.sandbox_child"),
            cwd=ROOT,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # libraries may repeat there what they read
            start_new_session=True,  # Ctrl-C is for the daemon, which lets it finish
        )
        await _say(self._child, self._policy)
        return self._child

    def _stay(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()

    def _end(self) -> None:
        if self._child is not None:
            with suppress(ProcessLookupError):
                self._child.kill()
        self._child = None


async def _say(child: Process, value: RawMessage | Policy) -> None:
    wire = cast(asyncio.StreamWriter, child.stdin)
    said = await asyncio.to_thread(pickle.dumps, value)
    wire.write(LENGTH.pack(len(said)))
    wire.write(said)
    await wire.drain()


async def _hear(child: Process) -> Answer:
    wire = cast(asyncio.StreamReader, child.stdout)
    (length,) = LENGTH.unpack(await wire.readexactly(LENGTH.size))
    answer: Answer = await asyncio.to_thread(pickle.loads, await wire.readexactly(length))
    return answer


def _cut(answer: Answer | None, raw: RawMessage) -> Answer | None:
    """What was read of the beginning, said to be that, as part of the whole message."""
    if answer is None:
        return None
    message, signals = answer
    defects = dict.fromkeys((*message.defects, Defect.LIMIT_EFFORT.value))
    return replace(message, defects=tuple(defects)), replace(signals, fingerprint=fingerprint(raw.blob))
