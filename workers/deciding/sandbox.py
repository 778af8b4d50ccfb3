"""Reading at arm's length: a child process understands what could hold up the daemon, or end it, and may die of it.

The child may use so much processor time and memory for one message and no more (`sandbox_child`, beside this file). It is
started when it is needed, reads one message after the other, and is let go when there is nothing to read.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

import structlog

from intake.fingerprint import fingerprint
from intake.message import RawMessage
from intake.mime.defects import Defect
from intake.policy import Policy
from workers.deciding.sandbox_child import Answer
from workers.deciding.understanding import Understood, shown_raw

log = structlog.get_logger()
ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "workers.deciding.sandbox_child")
BEGINNING = 64 * 1024  # bytes that are read of a message that is too much as a whole
PATIENCE = 20.0  # seconds by the clock; the limit of processor time comes first, but for a child that sleeps
IDLE_SECONDS = 60.0


class Sandbox:
    """One child at most. A message that it dies of is read again from its beginning alone, then shown as it stands."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._child: Popen[bytes] | None = None
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
        self._end()

    async def _ask(self, raw: RawMessage) -> Answer | None:
        """The child's answer; None where it died, or went on too long."""
        asked = asyncio.create_task(asyncio.to_thread(self._exchange, raw))
        try:
            done, _ = await asyncio.wait([asked], timeout=PATIENCE)
        except asyncio.CancelledError:
            self._end()  # which ends the exchange, too
            raise
        if not done:
            self._end()
        return await asked

    def _exchange(self, raw: RawMessage) -> Answer | None:
        """Blocks until the child has answered, or is dead."""
        try:
            child = self._child or self._start()
            answer: Answer = _talk(child, raw)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            self._end()
            return None
        return answer

    def _start(self) -> Popen[bytes]:
        self._child = Popen(  # noqa: S603 - our own module
            COMMAND,
            cwd=ROOT,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # libraries may repeat there what they read
            start_new_session=True,  # Ctrl-C is for the daemon, which lets it finish
        )
        _say(self._child, self._policy)
        return self._child

    def _stay(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            with suppress(OSError), child:
                pass  # it is waited for, and its pipes are closed


def _talk(child: Popen[bytes], raw: RawMessage) -> Answer:
    _say(child, raw)
    assert child.stdout is not None  # noqa: S101 - for the type checker
    answer: Answer = pickle.load(child.stdout)  # noqa: S301 - written by our own code
    return answer


def _say(child: Popen[bytes], value: RawMessage | Policy) -> None:
    assert child.stdin is not None  # noqa: S101 - for the type checker
    pickle.dump(value, child.stdin, protocol=pickle.HIGHEST_PROTOCOL)
    child.stdin.flush()


def _cut(answer: Answer | None, raw: RawMessage) -> Answer | None:
    """What was read of the beginning, said to be that, as part of the whole message."""
    if answer is None:
        return None
    message, signals = answer
    defects = dict.fromkeys((*message.defects, Defect.LIMIT_EFFORT.value))
    return replace(message, defects=tuple(defects)), replace(signals, fingerprint=fingerprint(raw.blob))
