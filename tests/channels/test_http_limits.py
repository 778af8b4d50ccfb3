"""What strangers may not do to the listener: no body too large, no half request for ever, no more places than there are."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from io import BytesIO

import pytest

from channels import http
from channels._answers import read_body
from channels._limits import Limiter
from tests.channels.contract import Desk
from tests.channels.web import HALF_A_BODY, Rooms, gone, raw, site
from tests.harbour import FakeClock


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
async def test_a_body_beyond_its_routes_limit_is_refused_and_the_next_request_served(chunked: bool) -> None:
    async def pieces() -> object:
        for _ in range(20):
            yield b"x" * 100

    async with site(Rooms(), deliver=Desk().deliver) as (_, client):
        async with client.post("/take", data=pieces() if chunked else BytesIO(b"x" * 2000)) as said:
            assert (said.status, await said.json()) == (413, {"error": "too_large"})
        async with client.post("/take", data=b"x" * 1000) as said:
            assert await said.json() == {"size": 1000}


async def test_a_packed_body_is_refused_unopened() -> None:
    async with (
        site(Rooms(), deliver=Desk().deliver) as (_, client),
        client.post("/take", data=b"x", headers={"Content-Encoding": "gzip"}) as said,
    ):
        assert said.status == 415


async def test_half_a_request_is_cut_off_while_good_ones_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """aiohttp 3.14 holds half a head, and half a body, for ever."""
    monkeypatch.setattr(http, "HEAD_SECONDS", 0.4)
    monkeypatch.setattr(read_body, "__kwdefaults__", {"seconds": 0.4})
    halves = [
        b"",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n",
        HALF_A_BODY,
        b"POST /take HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHo",
    ]
    async with site(Rooms(), deliver=Desk().deliver) as (running, client):
        held = [await raw(running.server.address[1], half) for half in halves * 20]
        async with client.get("/healthz") as said:
            assert said.status == 200
        ends = await asyncio.wait_for(asyncio.gather(*(gone(reader) for reader, _ in held)), timeout=10)
        for _, writer in held:
            writer.close()
    assert [end[9:12] for end in ends[:5]] == [b"", b"", b"408", b"408", b"200"]


async def test_a_request_that_states_two_lengths_is_refused() -> None:
    async with site(Rooms(), deliver=Desk().deliver) as (running, _):
        head = b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        reader, writer = await raw(running.server.address[1], head)
        assert (await asyncio.wait_for(gone(reader), timeout=5))[9:12] == b"400"
        writer.close()


async def test_more_connections_than_allowed_are_turned_away_and_come_in_when_there_is_room() -> None:
    async with site(Rooms(), deliver=Desk().deliver, max_connections=2) as (running, _):
        port = running.server.address[1]
        first, second = [await raw(port, HALF_A_BODY) for _ in range(2)]
        await asyncio.sleep(0.05)
        third = await raw(port, b"G")
        assert (await asyncio.wait_for(gone(third[0]), timeout=5))[9:12] == b"503"
        first[1].close()
        await asyncio.sleep(0.05)
        fourth = await raw(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await asyncio.wait_for(gone(fourth[0]), timeout=5))[9:12] == b"200"
        for _, writer in (second, third, fourth):
            writer.close()


async def test_where_all_places_are_taken_the_oldest_half_request_makes_room() -> None:
    """P19: halves that come through our own proxy keep nobody out. Whoever has asked something keeps the place."""
    async with site(Rooms(), deliver=Desk().deliver, max_connections=3) as (running, _):
        port = running.server.address[1]
        asked, oldest, half = [await raw(port, words) for words in (HALF_A_BODY, b"G", b"G")]
        await asyncio.sleep(0.05)
        good = await raw(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await asyncio.wait_for(gone(good[0]), timeout=5))[9:12] == b"200"
        assert (await asyncio.wait_for(gone(oldest[0]), timeout=5))[9:12] == b"503"
        half[1].write(b"ET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await asyncio.wait_for(gone(half[0]), timeout=5))[9:12] == b"200"
        asked[1].write(b"h" * 896)
        assert (await asyncio.wait_for(asked[0].readline(), timeout=5))[9:12] != b"503"
        for _, writer in (asked, oldest, half, good):
            writer.close()


@pytest.mark.parametrize(("proxies", "status"), [((), b"503"), (("127.0.0.1",), b"200")])
async def test_one_place_is_limited_unless_it_is_our_own_proxy(proxies: tuple[str, ...], status: bytes) -> None:
    async with site(deliver=Desk().deliver, max_connections_per_peer=1, proxies=proxies) as (running, _):
        port = running.server.address[1]
        _, held = await raw(port, b"G")
        await asyncio.sleep(0.05)
        reader, writer = await raw(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await asyncio.wait_for(gone(reader), timeout=5))[9:12] == status
        held.close()
        writer.close()


def test_a_limiter_counts_each_key_for_itself_and_says_how_long_to_wait() -> None:
    clock = FakeClock()
    limiter = Limiter(clock, times=2, window=timedelta(minutes=1))
    assert [limiter.wait("a"), limiter.wait("a"), limiter.wait("b")] == [0, 0, 0]
    clock.advance(seconds=15)
    assert limiter.wait("a") == 45
    clock.advance(seconds=45)
    assert limiter.wait("a") == 0
