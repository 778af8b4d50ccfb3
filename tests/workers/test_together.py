"""What is done for many at once: in order, in groups, and a bad one harms no other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from intake.ports import TryLater
from workers.together import Together


class Doubling:
    """Doubles numbers, none while it is held, and no odd ones."""

    def __init__(self, *, away: int = 0) -> None:
        self.groups: list[list[int]] = []
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self.away = away

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.groups.append(list(numbers))
        self.begun.set()
        await self.go_on.wait()
        if self.away:
            self.away -= 1
            raise TryLater
        if any(number % 2 for number in numbers):
            raise ValueError(numbers)
        return [2 * number for number in numbers]


async def test_what_comes_in_while_a_group_is_under_way_makes_the_next_one() -> None:
    doubling = Doubling()
    together = Together(doubling, most=3, linger=0)
    first = asyncio.create_task(together(0))
    await doubling.begun.wait()
    others = [asyncio.create_task(together(number)) for number in (2, 4, 6, 8)]
    await asyncio.sleep(0)
    doubling.go_on.set()
    assert await asyncio.gather(first, *others) == [0, 4, 8, 12, 16]
    assert doubling.groups == [[0], [2, 4, 6], [8]]


async def test_one_that_cannot_be_done_fails_alone() -> None:
    doubling = Doubling()
    doubling.go_on.set()
    together = Together(doubling, most=9, linger=0)
    even, odd, last = await asyncio.gather(*(together(n) for n in (2, 3, 4)), return_exceptions=True)
    assert (even, last) == (4, 8)
    assert isinstance(odd, ValueError)


async def test_where_all_have_to_come_again_none_is_tried_alone() -> None:
    doubling = Doubling(away=1)
    doubling.go_on.set()
    together = Together(doubling, most=9, linger=0)
    said = await asyncio.gather(*(together(n) for n in (2, 4)), return_exceptions=True)
    assert [type(each) for each in said] == [TryLater, TryLater]
    assert await together(6) == 12
    assert doubling.groups == [[2, 4], [6]]


async def test_who_does_not_wait_any_more_holds_up_nobody() -> None:
    doubling = Doubling()
    together = Together(doubling, most=9, linger=0)
    leaving, staying = asyncio.create_task(together(2)), asyncio.create_task(together(4))
    await doubling.begun.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    doubling.go_on.set()
    assert await staying == 8


async def test_a_group_waits_for_those_who_were_there_lately_and_who_comes_alone_for_nobody() -> None:
    doubling = Doubling()
    doubling.go_on.set()
    together = Together(doubling, most=9, linger=600)

    async def thrice(number: int) -> None:
        for _ in range(3):
            await together(number)
            await asyncio.sleep(number / 1000)  # some come back later than others

    await asyncio.wait_for(asyncio.gather(thrice(2), thrice(4), thrice(6)), 60)
    assert [sorted(group) for group in doubling.groups] == [[2, 4, 6]] * 3
    alone = Together(doubling, most=9, linger=600)
    assert [await asyncio.wait_for(alone(number), 60) for number in (2, 4)] == [4, 8]


async def test_those_who_do_not_come_again_are_not_waited_for_long() -> None:
    doubling = Doubling()
    doubling.go_on.set()
    together = Together(doubling, most=9, linger=0.001)
    await asyncio.gather(*(together(n) for n in (2, 4, 6)))
    assert await asyncio.wait_for(together(8), 60) == 16
    assert doubling.groups == [[2, 4, 6], [8]]
