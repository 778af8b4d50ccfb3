"""Whoever is silent, slow or too many at the SMTP port is told and closed, and keeps nobody else out."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from tests.channels.wire import Client, listening, message


async def test_connections_are_capped_as_a_whole_and_for_each_peer(desk):
    for limit in ({"max_connections": 2}, {"max_connections_per_peer": 2}):
        async with (
            listening(desk.deliver, **limit) as (listener, _),
            Client.to(listener.address) as first,
            Client.to(listener.address),
        ):
            async with Client.to(listener.address, hello="") as third:
                assert third.greeting.startswith("421 4.3.2")
                assert await third.reply() == ""
            await first.say("QUIT")
            assert await first.reply() == ""
            async with Client.to(listener.address, hello="") as fourth:
                assert fourth.greeting.startswith("220")


async def test_where_all_places_are_taken_the_one_who_is_silent_longest_makes_room(desk, monkeypatch):
    """P19: idle connections keep nobody out for long; whoever hands in a message keeps the place."""
    monkeypatch.setattr("channels._smtp_door.SILENT_SECONDS", 0.05)
    async with (
        listening(desk.deliver, max_connections=2) as (listener, _),
        Client.to(listener.address) as writing,
        Client.to(listener.address) as idle,
    ):
        for line in ("MAIL FROM:<jo@customer.example>", "RCPT TO:<help@harbour.example>", "DATA"):
            await writing.say(line)
        await asyncio.sleep(0.1)
        async with Client.to(listener.address) as third:
            assert (await third.say("NOOP")).startswith("250 ")
        assert (await idle.reply()).startswith("421 4.3.2")
        await writing.send(message() + b".\r\n")
        assert (await writing.reply()).startswith("250 ")


async def test_whoever_has_never_said_a_word_takes_nobodys_place(desk):
    """P19: ten thousand connections that say nothing do not keep a good client waiting for a moment."""
    async with listening(desk.deliver, max_connections=1) as (listener, _), AsyncExitStack() as stack:
        mutes = [await stack.enter_async_context(Client.to(listener.address, hello="")) for _ in range(5)]
        async with Client.to(listener.address) as good:
            assert (await good.mail(message())).startswith("250 ")
            await good.say("QUIT")
            assert await good.reply() == ""
        assert (await mutes[0].say("NOOP")).startswith("250 ")  # it only took its time


async def test_of_too_many_who_say_nothing_the_first_has_to_leave(desk):
    async with (
        listening(desk.deliver, max_silent=2) as (listener, _),
        Client.to(listener.address, hello="") as first,
        Client.to(listener.address, hello="") as second,
        Client.to(listener.address, hello="") as third,
    ):
        assert (await first.reply()).startswith("421 4.3.2")
        assert await first.reply() == ""
        for staying in (second, third):
            assert (await staying.say("NOOP")).startswith("250 ")


async def test_whoever_has_never_said_a_word_is_told_and_closed(desk):
    async with (
        listening(desk.deliver, idle_timeout=0.1) as (listener, _),
        Client.to(listener.address, hello="") as mute,
    ):
        assert (await mute.reply()).startswith("421 4.4.2")
        assert await mute.reply() == ""


async def test_a_silent_client_is_told_and_closed(desk):
    async with listening(desk.deliver, idle_timeout=0.1) as (listener, _), Client.to(listener.address) as client:
        assert (await client.reply()).startswith("421 4.4.2")
        assert await client.reply() == ""


async def test_a_client_that_only_says_noop_is_closed_by_number(desk):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        replies = [await client.say("NOOP") for _ in range(101)]
        assert replies[-1].startswith("421 4.7.0")
        assert await client.reply() == ""


async def test_a_client_that_never_sends_a_message_is_closed_by_time(desk):
    async with listening(desk.deliver, idle_timeout=0.05) as (listener, _), Client.to(listener.address) as client:
        replies = [""]
        while not replies[-1].startswith("421") and len(replies) < 100:
            await asyncio.sleep(0.02)
            replies.append(await client.say("RSET"))
        assert replies[-1].startswith("421 4.4.2")


async def test_a_slow_message_may_take_longer_than_the_timeout_while_it_grows(desk):
    async with (
        listening(desk.deliver, data_timeout=0.15, idle_timeout=0.15) as (listener, _),
        Client.to(listener.address) as client,
    ):
        await client.envelope("help@harbour.example")
        await client.say("DATA")
        for _ in range(8):
            await client.send(b"a" * 1500 + b"\r\n")
            await asyncio.sleep(0.06)
        await client.send(b".\r\n")
        assert (await client.reply()).startswith("250")


async def test_a_message_that_stops_growing_is_cut_off(desk):
    async with listening(desk.deliver, data_timeout=0.1) as (listener, _), Client.to(listener.address) as client:
        await client.envelope("help@harbour.example")
        await client.say("DATA")
        await client.send(b"a" * 500)
        assert (await client.reply()).startswith("421 4.4.2")
