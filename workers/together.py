"""Doing at once what many wait for one by one: what comes in while a group is under way makes the next group.

Who was answered comes again soon, as a rule. So a group waits a moment until as many are there as lately: otherwise the first one
back would have a commit to itself, and all others the next. Who comes alone waits for nobody, and where it was in vain that
moment gets shorter: those who come at times of their own are not coming back.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from intake.ports import TryLater

log = structlog.get_logger()
T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """`do` gets a group, in the order in which it was handed in, and returns as many values.

    Where it raises, each is done alone, so that a bad one harms no other. `TryLater` is for all of them.
    """

    def __init__(self, do: Callable[[Sequence[T]], Awaitable[Sequence[R]]], *, most: int, linger: float) -> None:
        self._do = do
        self._most = most
        self._linger = linger  # seconds that are waited at most
        self._patience = linger  # that are waited next
        self._waiting: deque[_Handed[T, R]] = deque()
        self._lately = 0  # how many were done, or came in meanwhile
        self._all_here = asyncio.Event()
        self._doing: asyncio.Task[None] | None = None

    async def __call__(self, thing: T) -> R:
        """Its value, once it is done."""
        handed: _Handed[T, R] = _Handed(thing=thing, done=asyncio.get_running_loop().create_future())
        self._waiting.append(handed)
        if len(self._waiting) >= self._lately:
            self._all_here.set()
        if self._doing is None or self._doing.done():
            self._doing = asyncio.create_task(self._do_what_waits())
        return await handed.done

    async def _do_what_waits(self) -> None:
        while self._waiting:
            await self._gathered()
            group = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
            try:
                await self._do_all(group)
            except TryLater as error:
                _refuse(group, error)
            except Exception as error:
                log.error("group_not_done", size=len(group), fault=type(error).__name__)
                await self._do_each(group)
            self._lately = min(self._most, len(group) + len(self._waiting))

    async def _gathered(self) -> None:
        if len(self._waiting) < self._lately:
            self._all_here.clear()
            try:
                async with asyncio.timeout(self._patience):
                    await self._all_here.wait()
                self._patience = self._linger
            except TimeoutError:
                self._patience = max(self._patience / 2, self._linger / 8)

    async def _do_all(self, group: Sequence[_Handed[T, R]]) -> None:
        values = await self._do([handed.thing for handed in group])
        for handed, value in zip(group, values, strict=True):
            if not handed.done.done():  # whoever handed it in may have left
                handed.done.set_result(value)

    async def _do_each(self, group: Sequence[_Handed[T, R]]) -> None:
        for handed in group:
            try:
                await self._do_all([handed])
            except Exception as error:
                _refuse([handed], error)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Handed(Generic[T, R]):
    """One thing, and who waits for it."""

    thing: T
    done: asyncio.Future[R]


def _refuse(group: Sequence[_Handed[T, R]], error: Exception) -> None:
    for handed in group:
        if not handed.done.done():
            handed.done.set_exception(error)
