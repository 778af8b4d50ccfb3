"""SMTP in stops: everybody gets an answer, and what was begun is finished."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from tests.channels.wire import Client, listening, message, stop


async def test_stopping_answers_everybody_and_finishes_what_was_begun(desk):
    async with (
        listening(desk.deliver, drain_seconds=5) as (listener, task),
        Client.to(listener.address) as idle,
        Client.to(listener.address) as sending,
    ):
        await sending.envelope("help@harbour.example")
        await sending.say("DATA")
        await sending.send(b"Subject: x\r\n")
        stopping = asyncio.create_task(stop(task))
        assert (await idle.reply()).startswith("421 4.3.2")
        with pytest.raises(ConnectionError):
            await asyncio.open_connection(*listener.address)
        await sending.send(b"\r\nwords\r\n.\r\n")
        assert (await sending.reply()).startswith("250")
        assert (await sending.reply()).startswith("421 4.3.2")
        await stopping
    assert len(desk.messages) == 1


async def test_fifty_clients_all_get_an_answer_when_we_stop_and_nothing_accepted_is_lost(desk):
    async def client(number: int, address: tuple[str, int]) -> list[str]:
        async with Client.to(address) as one:
            with contextlib.suppress(ConnectionError):
                replies = []
                while not replies or replies[-1][:3] not in ("", "421"):
                    replies.append(await one.mail(message(number=number * 1000 + len(replies))))
            return replies

    async with listening(desk.deliver) as (listener, task):
        clients = [asyncio.create_task(client(number, listener.address)) for number in range(50)]
        await asyncio.wait_for(desk.begun.wait(), 20)
        await stop(task)
        replies = [reply for one in await asyncio.gather(*clients) for reply in one]
    assert sum(reply.startswith("250") for reply in replies) == len(desk.messages) > 0
    assert {reply[:3] for reply in replies} <= {"250", "421", ""}


async def test_stopping_does_not_wait_for_a_message_that_never_ends(desk):
    async with listening(desk.deliver, drain_seconds=1.2) as (listener, task), Client.to(listener.address) as sending:
        await sending.envelope("help@harbour.example")
        await sending.say("DATA")
        await asyncio.wait_for(stop(task), 5)
        assert (await sending.reply()).startswith("421 4.3.2")
    assert desk.messages == []


async def test_whoever_has_never_said_a_word_is_told_when_we_stop(desk):
    async with listening(desk.deliver) as (listener, task), Client.to(listener.address, hello="") as mute:
        task.cancel()
        assert (await mute.reply()).startswith("421 4.3.2")
