"""A message's content over SMTP: kept byte for byte, ended by the one end only, and bounded in size and memory."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels._smtp_content import Budget, read_content
from tests.channels.wire import Client, listening, message


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"", b""),
        (b"Subject: x\r\n\r\nwords\r\n", b"Subject: x\r\n\r\nwords\r\n"),
        (b"..\r\n...\r\n..x\r\n\r\n", b".\r\n..\r\n.x\r\n\r\n"),
        (b".unstuffed\r\n", b"unstuffed\r\n"),
        (b"\r\n\r\n", b"\r\n\r\n"),
        (b"x" * 5_000_000 + b"\r\n", b"x" * 5_000_000 + b"\r\n"),
        (b"\x00\xff\xfe\r\n", b"\x00\xff\xfe\r\n"),
    ],
    ids=["empty", "plain", "dots", "dot not doubled", "blank lines", "a line of 5 MB", "bytes"],
)
async def test_the_content_is_kept_byte_for_byte_without_transport_dots(desk, sent, kept):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        assert (await client.mail(sent)).startswith("250")
    assert desk.messages[0].blob == kept


@pytest.mark.parametrize("cut", range(1, 9))
async def test_the_end_is_found_however_the_packets_are_cut(desk, cut):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        await client.envelope("help@harbour.example")
        await client.say("DATA")
        data = b".\r\r\n..\r\n.\r\n"
        for start in range(0, len(data), cut):
            await client.send(data[start : start + cut])
            await asyncio.sleep(0.002)
        assert (await client.reply()).startswith("250")
        assert (await client.say("NOOP")).startswith("250")
    assert desk.messages[0].blob == b"\r\r\n.\r\n"


@pytest.mark.parametrize("size", [65_530, 65_531, 65_535, 65_536, 65_537, 131_070, 131_072, 131_075])
async def test_the_end_is_found_where_two_chunks_meet(desk, size):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        assert (await client.mail(b"y" * size + b"\r\n")).startswith("250")
        assert (await client.say("NOOP")).startswith("250")
    assert len(desk.messages[0].blob) == size + 2


@given(
    content=st.lists(st.sampled_from([b"\r\n", b".", b"\r", b"\n", b"x"]), max_size=40).map(b"".join),
    limit=st.integers(4, 16),  # a piece is longer than the end mark, as in life
)
def test_content_comes_out_as_it_went_in_however_it_is_cut_into_pieces(content, limit):
    stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]

    async def read() -> bytes:
        reader = asyncio.StreamReader(limit=limit)
        reader.feed_data(stuffed + b"\r\n.\r\nNOOP\r\n")
        with Budget(1000).allowance(1000) as allowance:
            content = await read_content(reader, allowance)
        assert await reader.readexactly(6) == b"NOOP\r\n"
        return content

    assert asyncio.run(read()) == content + b"\r\n"


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r.\n", b"\r\n\x00.\r\n"], ids=repr
)
async def test_nothing_but_the_one_end_ends_a_message_cve_2024_27305(desk, end):
    smuggled = b"MAIL FROM:<boss@harbour.example>\r\nRCPT TO:<help@harbour.example>\r\nDATA\r\nSubject: pay\r\n"
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        assert (await client.mail(b"Subject: x\r\n\r\nwords" + end + smuggled)).startswith("250")
        assert (await client.say("NOOP")).startswith("250")
    assert len(desk.messages) == 1
    assert b"boss@harbour.example" in desk.messages[0].blob


async def test_too_much_is_refused_after_it_was_read_and_the_connection_goes_on(desk):
    async with listening(desk.deliver, max_size=100_000) as (listener, _), Client.to(listener.address) as client:
        assert (await client.mail(b"z" * 300_000 + b"\r\n")).startswith("552 5.3.4")
        assert (await client.mail(message())).startswith("250")
    assert len(desk.messages) == 1


async def test_who_never_stops_is_cut_off(desk):
    async with listening(desk.deliver, max_size=1000) as (listener, _), Client.to(listener.address) as client:
        await client.envelope("help@harbour.example")
        await client.say("DATA")
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                await client.send(b"z" * 10_000)
            assert (await client.reply()).startswith("552")
            assert await client.reply() in ("", "552 5.3.4 The message is bigger than we take")
    assert desk.messages == []


async def test_messages_on_their_way_in_share_a_bounded_memory(desk):
    async with (
        listening(desk.deliver, max_memory=200_000) as (listener, _),
        Client.to(listener.address) as slow,
        Client.to(listener.address) as other,
    ):
        await slow.envelope("help@harbour.example")
        await slow.say("DATA")
        await slow.send(b"a" * 150_000)
        await asyncio.sleep(0.1)
        assert (await other.mail(b"b" * 150_000 + b"\r\n")).startswith("452 4.3.1")
        assert (await other.say("MAIL FROM:<> SIZE=150000")).startswith("452 4.3.1")
        await slow.send(b"\r\n.\r\n")
        assert (await slow.reply()).startswith("250")
        assert (await other.mail(b"b" * 150_000 + b"\r\n")).startswith("250")
