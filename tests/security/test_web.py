"""The web side of the running daemon: what proves nothing, what comes again, what no two servers read alike, what a URL can do.

More of H-01 and H-02, forgery by forgery and limit by limit, is in `tests/channels/test_webhook_signatures.py` and
`test_http_limits.py`.
"""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.e2e.company import letter, post, settings, submit
from tests.e2e.house import House, StoryClock, open_house

WEDNESDAY = datetime(2026, 1, 14, 10, 0, tzinfo=UTC)
KETTLE = {"id": "k1", "sender": {"name": "Mia", "email": "mia@post.example"}, "text": "The kettle leaks"}
OTHER = "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCBlbnRpcmVseQ=="
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def a_house(folder: Path) -> AsyncIterator[House]:
    async with open_house(folder, settings(), StoryClock(WEDNESDAY)) as house:
        yield house


async def test_h01_a_webhook_that_proves_nothing_leaves_no_row_and_one_that_comes_again_after_ten_days_counts_once(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house:
        assert await post(house, KETTLE, name="msg_1", secret=OTHER) == 401
        assert await post(house, KETTLE, name="msg.1") == 401
        await house.quiet(messages=0)
        assert await house.cases() == []
        assert await post(house, KETTLE, name="msg_1") == 200
        await house.quiet(messages=1)
        house.clock.at += timedelta(days=10)
        assert await post(house, KETTLE, name="msg_1") == 200
        await house.quiet(messages=1)
        (case,) = await house.cases()
        assert case.contacts == 1


PATH = "POST /hooks/shop HTTP/1.1\r\nHost: x\r\n"
INSIDE = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
SMUGGLED = {
    "CL.TE": f"{PATH}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{INSIDE}",
    "TE.CL": f"{PATH}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{INSIDE}",
    "two lengths": f"{PATH}Content-Length: 4\r\nContent-Length: 0\r\n\r\nabcd{INSIDE}",
    "a length with a sign": f"{PATH}Content-Length: +4\r\n\r\nabcd{INSIDE}",
    "a length that is a list": f"{PATH}Content-Length: 4, 4\r\n\r\nabcd{INSIDE}",
    "a length below zero": f"{PATH}Content-Length: -1\r\n\r\n{INSIDE}",
    "chunked twice": f"{PATH}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{INSIDE}",
    "chunked and something": f"{PATH}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{INSIDE}",
    "chunked behind a tab": f"{PATH}Transfer-Encoding:\tx-chunked\r\n\r\n0\r\n\r\n{INSIDE}",
    "a blank before the colon": f"{PATH}Content-Length : 4\r\n\r\nabcd{INSIDE}",
    "a folded header": f"{PATH}X: a\r\n Content-Length: 9\r\nContent-Length: 4\r\n\r\nabcd{INSIDE}",
    "a chunk with a sign": f"{PATH}Transfer-Encoding: chunked\r\n\r\n+4\r\nabcd\r\n0\r\n\r\n{INSIDE}",
    "a chunk in hex by prefix": f"{PATH}Transfer-Encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n{INSIDE}",
    "a chunk that ends early": f"{PATH}Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n{INSIDE}",
}


async def test_h02_what_two_servers_would_divide_differently_is_refused_and_cut(tmp_path: Path) -> None:
    """Request smuggling (RFC 9112 section 6.3): what stands inside is never answered as a request of its own."""
    async with a_house(tmp_path) as house:
        host, port = house.parts.addresses["http"]
        for name, request in SMUGGLED.items():
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(request.encode())
            said = await asyncio.wait_for(reader.read(), timeout=30)
            writer.close()
            assert b"answerable_" not in said, f"{name}: the request inside was answered"
            assert said.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401", b"HTTP/1.0 400")), f"{name}: {said[:80]!r}"


class Listener:
    """Something inside our network that only we could reach."""

    def __init__(self) -> None:
        self.asked = 0

    async def take(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        writer.close()


def urls(port: int) -> list[str]:
    """A server on our own machine, as strangers name it."""
    hosts = (
        "127.0.0.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "127.1",
        "0",
        "x@127.0.0.1",
    )
    return [f"http://{host}:{port}/{n}" for n, host in enumerate(hosts)] + [
        f"//127.0.0.1:{port}/a",
        "file:///etc/passwd",
    ]


async def test_h03_no_address_that_a_stranger_names_is_ever_asked(tmp_path: Path) -> None:
    """osTicket CVE-2026-22200, GHSA-22wf-848c-c856, GHSA-r2x7-427f-rq69: pictures, files, links, receipts, unsubscribing."""
    within = Listener()
    server = await asyncio.start_server(within.take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with a_house(tmp_path) as house:
        named = urls(port)
        files = [{"name": f"{n}.png", "type": "image/png", "url": url} for n, url in enumerate(named)]
        page = "".join(f'<img src="{url}"><link rel="stylesheet" href="{url}"><a href="{url}">x</a>' for url in named)
        assert await post(house, KETTLE | {"attachments": files, "html": page, "reply_url": named[0]}, name="m1") == 200
        await submit(house, letter(page).replace(b"text/plain", b"text/html"))
        asks = {"List_Unsubscribe": f"<{named[0]}>", "List_Unsubscribe_Post": "List-Unsubscribe=One-Click"}
        asks |= {"Disposition_Notification_To": f"<{named[0]}>", "Content_Location": named[0], "Content_Base": named[0]}
        await submit(house, letter("See there.", by="Al <al@customer.example>", **asks))
        outside = f'message/external-body; access-type=URL; URL="{named[0]}"'.encode()
        await submit(house, letter("x", by="Bo <bo@customer.example>").replace(b"text/plain", outside))
        await house.quiet(messages=4)
        assert len(await house.letters("notification")) > 2
    server.close()
    assert within.asked == 0


def test_h03_only_what_the_settings_name_is_asked_over_http() -> None:
    """Answers to webhooks go to `reply_url`, tokens come from the token server. Nothing else speaks HTTP to anybody."""
    asking = {
        path.relative_to(ROOT).as_posix()
        for room in ("intake", "channels", "store", "config", "workers")
        for path in (ROOT / room).rglob("*.py")
        if any(name in CLIENTS for name in imported(path))
    }
    assert asking == {"channels/webhook.py", "channels/_oauth.py"}


CLIENTS = {
    "aiohttp.ClientSession",
    "requests",
    "authlib.integrations.requests_client.OAuth2Session",
    "urllib.request",
    "http.client",
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module or "", *(f"{node.module}.{each.name}" for each in node.names)}
    return names
