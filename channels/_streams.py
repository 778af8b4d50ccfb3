"""Who is listening to which conversation, so that they can be woken when there is something new in it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Streams:
    """Bells, one for each open window. A bell only says "look": what there is to see is read from the history."""

    def __init__(self) -> None:
        self._bells: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.closing = False

    @contextmanager
    def listening(self, conversation: str) -> Iterator[asyncio.Event]:
        """A bell for as long as the window is open."""
        bell = asyncio.Event()
        self._bells[conversation].add(bell)
        try:
            yield bell
        finally:
            self._bells[conversation].discard(bell)
            if not self._bells[conversation]:
                del self._bells[conversation]

    def count(self, conversation: str) -> int:
        return len(self._bells.get(conversation, ()))

    def wake(self, conversation: str) -> None:
        for bell in self._bells.get(conversation, ()):
            bell.set()

    def close(self) -> None:
        """Everybody looks once more, and then leaves."""
        self.closing = True
        for conversation in list(self._bells):
            self.wake(conversation)
