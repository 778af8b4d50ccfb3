"""The listener itself: what operators ask it, what it answers, who asks, and how it starts and stops."""

from __future__ import annotations

import asyncio
import socket

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from prometheus_client import CollectorRegistry, Counter

from channels import http
from channels._door import PROXIES, client
from channels.http import Options, Server
from intake.ports import CannotListen
from tests.channels.contract import Desk
from tests.channels.web import HALF_A_BODY, Rooms, raw, site


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
