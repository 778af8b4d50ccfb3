"""LMTP in: one answer for each recipient, to raw clients and to a real Postfix (RFC 2033, aio-libs/aiosmtpd#517)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from intake.ports import TryLater
from tests.channels.contract import Answer, ChannelContract
from tests.channels.wire import Client, listening, message, stop
from tests.servers.postfix import require_postfix, running_postfix

HELLO = "LHLO test.example"
THREE = ("help@harbour.example", "nobody@harbour.example", "complaints@harbour.example")


class LmtpWire:
    """A message to two recipients; a client believes an answer only if both are the same."""

    def __init__(self, address: tuple[str, int], task: asyncio.Task[None]) -> None:
        self.address, self.task = address, task

    async def offer(self, words: str) -> Answer:
        async with Client.to(self.address, HELLO) as client:
            first = await client.mail(
                message(words, number=len(words)), "help@harbour.example", "complaints@harbour.example"
            )
            if not first.startswith("452 4.3.1"):  # without space, MAIL is answered so, and nothing is sent
                assert await client.reply() == first
        return {"2": Answer.ACCEPTED, "4": Answer.LATER, "5": Answer.REFUSED}[first[:1]]

    async def stop(self) -> None:
        await stop(self.task)


class TestLmtp(ChannelContract):
    oversized = "x" * 70_000

    @asynccontextmanager
    async def running(self, deliver) -> AsyncIterator[LmtpWire]:
        async with listening(deliver, protocol="lmtp", max_size=60_000) as (listener, task):
            yield LmtpWire(listener.address, task)


@pytest.mark.parametrize(
    ("content", "fault", "reply"),
    [
        (message(), None, "250 2.0.0"),
        (message("y" * 3000), None, "250 2.0.0"),
        (message(), TryLater(), "451 4.3.0"),
        (message(), OSError(), "451 4.3.0"),
        (b"z" * 90_000 + b"\r\n", None, "552 5.3.4"),
    ],
    ids=["kept", "a long line", "busy", "broken", "too big"],
)
async def test_every_accepted_recipient_gets_its_own_answer_aiosmtpd_517(desk, content, fault, reply):
    desk.fault = fault
    async with (
        listening(desk.deliver, protocol="lmtp", max_size=80_000) as (listener, _),
        Client.to(listener.address, HELLO) as client,
    ):
        assert client.greeting == "220 harbour.example LMTP"
        assert [r[:3] for r in await client.envelope(*THREE)] == ["250", "250", "550", "250"]
        await client.say("DATA")
        await client.send(content + b".\r\n")
        assert [(await client.reply())[:9] for _ in range(2)] == [reply, reply]
        assert (await client.say("NOOP")).startswith("250")


@pytest.mark.parametrize("hello", ["EHLO test.example", "HELO test.example"])
async def test_smtp_greetings_are_refused(desk, hello):
    async with listening(desk.deliver, protocol="lmtp") as (listener, _), Client.to(listener.address, "") as client:
        assert (await client.say(hello)).startswith("500 5.5.1")
        assert (await client.say("MAIL FROM:<>")).startswith("503")


async def test_a_message_nobody_takes_is_not_asked_for(desk):
    async with listening(desk.deliver, protocol="lmtp") as (listener, _), Client.to(listener.address, HELLO) as client:
        await client.envelope("nobody@harbour.example")
        assert (await client.say("DATA")).startswith("503 5.5.1")


async def test_postfix_delivers_to_each_recipient_once_and_bounces_the_unknown_one(desk):
    require_postfix()
    async with listening(desk.deliver, protocol="lmtp") as (listener, _):
        with running_postfix(
            relay_domains="harbour.example", relay_transport=f"lmtp:inet:127.0.0.1:{listener.address[1]}"
        ) as postfix:
            async with Client.to(("127.0.0.1", postfix.port)) as client:
                assert (await client.mail(message(), *THREE)).startswith("250")
            await asyncio.to_thread(postfix.finish)
            (kept,) = desk.messages
            assert set(kept.envelope.rcpt_to) == {THREE[0], THREE[2]}
            assert kept.envelope.mail_from == "jo@customer.example"
            assert await asyncio.to_thread(postfix.logged, "status=sent (250 2.0.0", 2)
            assert await asyncio.to_thread(postfix.logged, "status=bounced")
            assert b"There is no such mailbox here" in postfix.mails()[0]


async def test_postfix_comes_again_after_a_fault_of_ours_and_the_message_has_one_name(desk):
    require_postfix()
    desk.fault = TryLater()
    async with listening(desk.deliver, protocol="lmtp") as (listener, _):
        with running_postfix(
            relay_domains="harbour.example", relay_transport=f"lmtp:inet:127.0.0.1:{listener.address[1]}"
        ) as postfix:
            async with Client.to(("127.0.0.1", postfix.port)) as client:
                await client.mail(message(), "help@harbour.example", "complaints@harbour.example")
            await desk.begun.wait()
            desk.fault = None
            await asyncio.to_thread(postfix.finish)
            assert await asyncio.to_thread(postfix.logged, "status=sent", 2)
            assert await asyncio.to_thread(postfix.logged, "status=deferred", 2)
    assert len(desk.messages) == 1
