"""What waits for a thread of the writer: short things, which go together, and long ones, each by itself.

The two take turns where both wait, so that neither is held up for longer than the other's next turn takes.
"""

from __future__ import annotations

from collections import deque
from threading import Condition
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
        self._some = Condition()

    def put(self, thing: T, *, long: bool) -> None:
        with self._some:
            (self._long if long else self._short).append(thing)
            self._some.notify()

    def take(self) -> list[T]:
        """What goes into the next transaction. Waits for it; nothing, once all was taken and no more will come."""
        with self._some:
            self._some.wait_for(lambda: self._closed or self._short or self._long)
            self._was_long = bool(self._long) and not (self._short and self._was_long)
            return [self._long.popleft()] if self._was_long else self._shorts()

    def short(self) -> list[T]:
        """Short things that wait at this moment."""
        with self._some:
            return self._shorts()

    def close(self) -> None:
        """Nothing more will come."""
        with self._some:
            self._closed = True
            self._some.notify_all()

    def _shorts(self) -> list[T]:
        share = min(self._most, len(self._short) // self._share + 1, len(self._short))
        return [self._short.popleft() for _ in range(share)]
