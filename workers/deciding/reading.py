"""Reading what was taken up: the ordinary here, in a thread, and in the sandbox what is large or may have ended the process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from intake.policy import Policy
from store import inbound
from store.inbound import Claimed
from workers.deciding.sandbox import Sandbox
from workers.deciding.understanding import Understood, understand

LARGE = 256 * 1024  # bytes; reading more than this could hold up the daemon
_THREADS = 2  # the first may have met something that takes a second


class Reader:
    """One for all messages. Close it."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._sandbox = Sandbox(policy)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="reading")

    async def read(self, messages: Sequence[Claimed]) -> Mapping[int, Understood | Exception]:
        """What is known about each, by its id; where reading failed through a fault of ours, that."""
        ordinary = [each for each in messages if not apart(each)]
        found = (
            await asyncio.get_running_loop().run_in_executor(self._threads, self._here, ordinary) if ordinary else {}
        )
        for each in messages:
            if apart(each):
                found[each.inbound_id] = await self._sandbox.understand(each.raw)
        return found

    async def close(self) -> None:
        """Let go of threads and children. Nothing may be read any more."""
        await self._sandbox.close()
        self._threads.shutdown(wait=False)

    def _here(self, messages: Sequence[Claimed]) -> dict[int, Understood | Exception]:
        return {each.inbound_id: self._attempt(each) for each in messages}

    def _attempt(self, claimed: Claimed) -> Understood | Exception:
        try:
            return understand(claimed.raw, self._policy)
        except Exception as fault:  # one that fails spoils no other
            return fault


def apart(claimed: Claimed) -> bool:
    """Too large to be read here; or taken up often before and never brought to an end."""
    return len(claimed.raw.blob) > LARGE or suspicious(claimed)


def suspicious(claimed: Claimed) -> bool:
    """No fault was caught, and yet it came to no end: the process may have ended of it, not once by chance."""
    return claimed.claims - claimed.attempts >= inbound.SUSPECT_AFTER
