"""What every way in holds to, whatever its wire: inherited by each channel's test file.

A subclass says once how its channel is run and how a real client offers it a message; the promises are tested here:

    class TestSmtp(ChannelContract):
        @asynccontextmanager
        async def running(self, deliver):
            ...start `build(...).receive(deliver)` and a client of it...
            yield wire
            ...tear down; `wire.stop()` may or may not have been called...

Fixtures come in by an autouse fixture of the subclass that sets attributes on `self`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Protocol

import pytest

from intake.message import RawMessage
from intake.ports import Deliver, NoSpace, Receipt, TryLater


class Answer(StrEnum):
    """What a client makes of the channel's answer."""

    ACCEPTED = "accepted"  # 250, 200, flagged or moved: the client may forget the message
    LATER = "later"  # 4yz, 503, left unseen: the client still has it and offers it again
    REFUSED = "refused"  # 5yz, 4xx of HTTP: the client is told never to offer it again


class Wire(Protocol):
    """A running channel with a client at its other end."""

    async def offer(self, words: str) -> Answer:
        """Hand in one message that holds `words`, as a real client does, and wait for the answer.

        The same words make the same message: offering them twice is a client's second attempt after a lost answer. A
        channel that fetches (IMAP) puts the message where it looks, lets it look, and reports what became of it.
        """

    async def stop(self) -> None:
        """Shut down as the daemon does: cancel the receiver and wait until it has returned."""


class Desk:
    """A `deliver` that remembers, can be made to wait, and can be made to fail."""

    def __init__(self) -> None:
        self.messages: list[RawMessage] = []
        self.begun = asyncio.Event()  # a delivery has been asked for
        self.may_finish = asyncio.Event()
        self.may_finish.set()
        self.fault: Exception | None = None

    async def deliver(self, messages: Sequence[RawMessage]) -> list[Receipt]:
        if isinstance(self.fault, NoSpace):
            raise self.fault
        if not messages:
            return []
        self.begun.set()
        await self.may_finish.wait()
        if self.fault:
            raise self.fault
        known = {(m.channel, m.account, m.source_id) for m in self.messages}
        self.messages.extend(messages)
        return [
            Receipt(inbound_id=number, new=(m.channel, m.account, m.source_id) not in known)
            for number, m in enumerate(messages, len(self.messages) - len(messages) + 1)
        ]


class ChannelContract:
    """Inherit it in a class called Test…, and say how your channel is run."""

    oversized: str  # words above the size limit that `running` configures
    refuses_oversized_with: Answer = Answer.REFUSED

    def running(self, deliver: Deliver) -> AbstractAsyncContextManager[Wire]:
        """Run the channel against `deliver` for the length of a `with` block, on free ports and temporary files."""
        raise NotImplementedError

    async def test_a_message_is_delivered_once_with_its_words_and_its_name(self) -> None:
        desk = Desk()
        async with self.running(desk.deliver) as wire:
            assert await wire.offer("the kettle leaks") is Answer.ACCEPTED
        (message,) = desk.messages
        assert b"the kettle leaks" in message.blob
        assert message.channel
        assert message.account
        assert message.source_id
        assert message.received_at.utcoffset() is not None

    async def test_a_positive_answer_is_given_only_after_the_message_is_durable(self) -> None:
        desk = Desk()
        desk.may_finish.clear()
        async with self.running(desk.deliver) as wire:
            offering = asyncio.create_task(wire.offer("the kettle leaks"))
            await desk.begun.wait()
            done, _ = await asyncio.wait([offering], timeout=0.2)
            assert not done
            desk.may_finish.set()
            assert await offering is Answer.ACCEPTED

    @pytest.mark.parametrize(
        "fault",
        [TryLater("p4ssw0rd"), NoSpace("p4ssw0rd"), RuntimeError("p4ssw0rd")],
        ids=["busy", "full", "broken"],
    )
    async def test_a_fault_of_ours_asks_the_sender_to_come_again_and_loses_nothing(self, fault: Exception) -> None:
        desk = Desk()
        desk.fault = fault
        async with self.running(desk.deliver) as wire:
            assert await wire.offer("the kettle leaks") is Answer.LATER
            assert desk.messages == []
            desk.fault = None
            assert await wire.offer("the kettle leaks") is Answer.ACCEPTED
        assert len(desk.messages) == 1

    async def test_a_second_attempt_bears_the_same_name_as_the_first(self) -> None:
        desk = Desk()
        async with self.running(desk.deliver) as wire:
            await wire.offer("the kettle leaks")
            assert await wire.offer("the kettle leaks") is Answer.ACCEPTED
        names = {(m.channel, m.account, m.source_id) for m in desk.messages}
        assert len(names) == 1

    async def test_two_different_messages_bear_different_names(self) -> None:
        desk = Desk()
        async with self.running(desk.deliver) as wire:
            await wire.offer("the kettle leaks")
            await wire.offer("the toaster burns")
        names = {(m.channel, m.account, m.source_id) for m in desk.messages}
        assert len(names) == 2

    async def test_a_message_above_the_size_limit_is_not_delivered_and_blocks_nothing(self) -> None:
        desk = Desk()
        async with self.running(desk.deliver) as wire:
            assert await wire.offer(self.oversized) is self.refuses_oversized_with
            assert desk.messages == []
            assert await wire.offer("the kettle leaks") is Answer.ACCEPTED

    async def test_stopping_lets_the_running_delivery_finish_and_leaves_nothing_open(self) -> None:
        desk = Desk()
        desk.may_finish.clear()
        async with self.running(desk.deliver) as wire:
            before = asyncio.all_tasks()
            offering = asyncio.create_task(wire.offer("the kettle leaks"))
            await desk.begun.wait()
            stopping = asyncio.create_task(wire.stop())
            await asyncio.wait([stopping], timeout=0.1)
            desk.may_finish.set()
            await asyncio.wait_for(stopping, timeout=15)
            await asyncio.wait([offering], timeout=15)
            assert len(desk.messages) == 1
            assert {t for t in asyncio.all_tasks() - before if t not in {offering, stopping}} == set()

    async def test_stopping_when_nothing_happens_is_quick(self) -> None:
        desk = Desk()
        async with self.running(desk.deliver) as wire:
            await asyncio.wait_for(wire.stop(), timeout=5)
        assert desk.messages == []
