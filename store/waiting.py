"""What waits for a thread of the writer: short things, which go together, and long ones, each by itself.

The two take turns where both wait, so that neither is held up for longer than the other's next turn takes.
"""

from __future__ import annotations

from collections import deque
from queue import SimpleQueue
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Waiting(Generic[T]):
    """Shared by so many threads, of which each takes its share and at most so many at once."""

    def __init__(self, *, share: int, most: int) -> None:
        self._share = share
        self._most = most
        self._short: deque[T] = deque()
        self._long: deque[T] = deque()
        self._was_long = False  # what was taken last
        self._closed = False
        self._lock = Lock()
        # One for each thing. Who waits for it wakes up sooner than by a Condition, which takes two locks.
        self._signals: SimpleQueue[None] = SimpleQueue()

    def put(self, thing: T, *, long: bool) -> None:
        (self._long if long else self._short).append(thing)
        self._signals.put(None)

    def take(self) -> list[T]:
        """What goes into the next transaction. Waits for it; nothing, once all was taken and no more will come."""
        while True:
            self._signals.get()
            if taken := self._next():
                return taken
            if self._closed:
                self._signals.put(None)  # for the next thread
                return []

    def short(self) -> list[T]:
        """Short things that wait at this moment."""
        with self._lock:
            return self._shorts()

    def close(self) -> None:
        """Nothing more will come."""
        self._closed = True
        self._signals.put(None)

    def _next(self) -> list[T]:
        """Nothing where it went with another's transaction."""
        with self._lock:
            self._was_long = bool(self._long) and not (self._short and self._was_long)
            return [self._long.popleft()] if self._was_long else self._shorts()

    def _shorts(self) -> list[T]:
        share = min(self._most, len(self._short) // self._share + 1, len(self._short))
        return [self._short.popleft() for _ in range(share)]
