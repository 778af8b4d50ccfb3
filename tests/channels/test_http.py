"""The listener itself: what operators ask it, what strangers may not do to it, and how it starts and stops."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from io import BytesIO

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from prometheus_client import CollectorRegistry, Counter

from channels import http
from channels._answers import Refused, read_body
from channels._door import PROXIES, client
from channels._limits import Limiter
from channels.http import Options, Server
from intake.ports import CannotListen, Deliver, TryLater
from tests.channels.contract import Desk
from tests.channels.web import site
from tests.harbour import FakeClock

HALF_A_BODY = b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nhalf"


class Rooms:
    """A channel whose routes do what a test needs."""

    def __init__(self) -> None:
        self.begun, self.may_finish = asyncio.Event(), asyncio.Event()

    def routes(self, deliver: Deliver) -> list[web.RouteDef]:
        return [
            web.post("/take", self._take),
            web.get("/slow", self._slow),
            web.get("/busy", self._failing(TryLater("p4ssw0rd"))),
            web.get("/broken", self._failing(RuntimeError("p4ssw0rd"))),
            web.get("/forbidden", self._failing(web.HTTPForbidden(text="p4ssw0rd"))),
            web.get("/refused", self._failing(Refused(429, "too_many", retry_after=7))),
        ]

    async def probe(self) -> list[str]:
        return ["The rooms are cold."]

    async def close(self) -> None: ...

    async def _take(self, request: web.Request) -> web.Response:
        return web.json_response({"size": len(await read_body(request, 1000))})

    async def _slow(self, _: web.Request) -> web.Response:
        self.begun.set()
        await self.may_finish.wait()
        return web.json_response({"done": True})

    def _failing(self, fault: Exception) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def fail(_: web.Request) -> web.Response:
            raise fault

        return fail


async def raw(port: int, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    return reader, writer


async def gone(reader: asyncio.StreamReader) -> bytes:
    """What is said until the other side closes."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def test_operators_learn_that_it_lives_whether_it_is_ready_and_its_figures() -> None:
    missing: list[str] = []

    async def ready() -> list[str]:
        return missing

    async with site(deliver=Desk().deliver) as (running, client):
        running.server.readiness = ready
        async with client.get("/healthz") as said:
            assert (said.status, await said.json()) == (200, {"status": "alive"})
        async with client.get("/readyz") as said:
            assert said.status == 200
        missing.append("database")
        async with client.get("/readyz") as said:
            assert (said.status, await said.json()) == (503, {"status": "not_ready", "missing": ["database"]})


async def test_metrics_come_from_the_registry_that_was_handed_in() -> None:
    registry = CollectorRegistry()
    Counter("inbound_messages", "Messages taken in", registry=registry).inc(3)
    async with (
        site(deliver=Desk().deliver, registry=registry) as (_, client),
        client.get("/metrics") as said,
    ):
        assert "inbound_messages_total 3.0" in await said.text()


@pytest.mark.parametrize(
    ("path", "status", "slug", "retry"),
    [
        ("/busy", 503, "try_later", "30"),
        ("/broken", 503, "try_later", "30"),
        ("/forbidden", 403, "refused", None),
        ("/refused", 429, "too_many", "7"),
        ("/nowhere", 404, "not_found", None),
        ("/take", 405, "method_not_allowed", None),
    ],
)
async def test_failures_are_json_with_a_slug_and_nothing_of_the_exception(
    path: str, status: int, slug: str, retry: str | None
) -> None:
    async with site(Rooms(), deliver=Desk().deliver) as (_, client), client.get(path) as said:
        assert (said.status, await said.json()) == (status, {"error": slug})
        assert said.headers.get("Retry-After") == retry
        assert "p4ssw0rd" not in str(said.headers)


async def test_a_fault_is_logged_by_its_kind_and_its_route_only() -> None:
    with structlog.testing.capture_logs() as lines:
        async with site(Rooms(), deliver=Desk().deliver) as (_, client), client.get("/broken?who=mia@post.example"):
            pass
    (fault,) = [line for line in lines if line["event"] == "http_fault"]
    assert fault == {"event": "http_fault", "log_level": "error", "fault": "RuntimeError", "route": "/broken"}


async def test_every_answer_bears_safe_headers_and_names_no_version() -> None:
    async with site(deliver=Desk().deliver) as (_, client), client.get("/nowhere") as said:
        assert said.headers["X-Content-Type-Options"] == "nosniff"
        assert said.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert said.headers["Server"] == "Answerable"


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


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.7"], "203.0.113.9"),  # a stranger's word counts for nothing
        ("127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.7"], "198.51.100.7"),  # the left one was claimed by the client
        ("127.0.0.1", ["6.6.6.6", "198.51.100.7, 10.0.0.1"], "198.51.100.7"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["<script>"], "unknown"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:0db8:0001:0002::"),
    ],
)
def test_where_a_request_came_from_is_told_by_our_own_proxies_only(
    peer: str, forwarded: list[str], expected: str
) -> None:
    app = web.Application()
    app[PROXIES] = ("127.0.0.1", "10.0.0.1")
    request = make_mocked_request("GET", "/", app=app)
    headers = request.headers.copy()
    for value in forwarded:
        headers.add("X-Forwarded-For", value)
    assert client(request.clone(remote=peer, headers=headers)) == expected


async def test_a_taken_port_is_a_sentence_for_the_operator() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(CannotListen, match=f"http: {listen} is taken: another program listens there"):
            await Server("http", Options(listen=listen)).receive(Desk().deliver)


@pytest.mark.parametrize("listen", ["", "8080", "localhost", "127.0.0.1:http", "127.0.0.1:99999"])
async def test_an_address_that_is_none_is_a_sentence_for_the_operator(listen: str) -> None:
    with pytest.raises(CannotListen, match="http: listen must be host:port"):
        await Server("http", Options(listen=listen)).receive(Desk().deliver)


async def test_stopping_finishes_what_was_begun_and_takes_nothing_new() -> None:
    rooms = Rooms()
    async with site(rooms, deliver=Desk().deliver) as (running, client):
        asking = asyncio.create_task(client.get("/slow"))
        await rooms.begun.wait()
        stopping = asyncio.create_task(running.stop())
        await asyncio.sleep(0.1)
        with pytest.raises(OSError, match=r"refused|Connect"):
            await raw(running.server.address[1], b"")
        rooms.may_finish.set()
        said = await asking
        assert await said.json() == {"done": True}
        await asyncio.wait_for(stopping, timeout=10)


async def test_whoever_never_finishes_holds_up_the_stop_for_less_than_ten_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "DRAIN_SECONDS", 0.2)
    rooms = Rooms()
    async with site(rooms, deliver=Desk().deliver) as (running, client):
        asking = asyncio.create_task(client.get("/slow"))
        half = await raw(running.server.address[1], HALF_A_BODY)
        await rooms.begun.wait()
        await asyncio.wait_for(running.stop(), timeout=5)
        half[1].close()
        await asyncio.gather(asking, return_exceptions=True)


async def test_what_a_hosted_channel_finds_wrong_is_told_by_the_listener() -> None:
    server = Server("http", Options())
    server.channels.append(Rooms())
    assert await server.probe() == ["The rooms are cold."]


def test_a_limiter_counts_each_key_for_itself_and_says_how_long_to_wait() -> None:
    clock = FakeClock()
    limiter = Limiter(clock, times=2, window=timedelta(minutes=1))
    assert [limiter.wait("a"), limiter.wait("a"), limiter.wait("b")] == [0, 0, 0]
    clock.advance(seconds=15)
    assert limiter.wait("a") == 45
    clock.advance(seconds=45)
    assert limiter.wait("a") == 0
