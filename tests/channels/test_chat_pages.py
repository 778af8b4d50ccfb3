"""Which pages may show a chat window, and what its own pages may do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from channels import _pages
from tests.channels.talk import ChatDesk, chat, session
from tests.harbour import FakeClock

SHOP = "https://www.harbour.example"


@pytest.fixture
def desk() -> ChatDesk:
    return ChatDesk()


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (SHOP, True),
        ("http://www.harbour.example", False),
        (f"{SHOP}.evil.example", False),
        ("null", False),
        ("", False),
    ],
)
async def test_only_the_named_pages_may_show_the_window(
    origin: str, allowed: bool, tmp_path: Path, desk: ChatDesk
) -> None:
    async with chat(desk, tmp_path, FakeClock(), origins=(SHOP,)) as (_, _, client):
        headers = {"Origin": origin}
        for asked in (
            client.options("/chat/sessions", headers=headers),
            client.post("/chat/sessions", json={}, headers=headers),
        ):
            async with asked as answered:
                assert (answered.status < 300) is allowed
                assert answered.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
                assert "Access-Control-Allow-Credentials" not in answered.headers


async def test_our_own_demo_page_may_always_ask(tmp_path: Path, desk: ChatDesk) -> None:
    async with (
        chat(desk, tmp_path, FakeClock()) as (_, running, client),
        client.post("/chat/sessions", json={}, headers={"Origin": running.base}) as answered,
    ):
        assert answered.status == 201


async def test_a_refusal_can_be_read_by_the_page_that_asked(tmp_path: Path, desk: ChatDesk) -> None:
    """Without leave on it a browser would show a network error, and the window could not know that its session is gone."""
    async with chat(desk, tmp_path, FakeClock(), origins=(SHOP,)) as (_, _, client):
        for fault in (None, RuntimeError("p4ssw0rd")):
            desk.fault = fault
            secret = await session(client) if fault else "gone"
            where = f"/chat/sessions/{secret}/messages"
            said = {"id": "message-1", "text": "x"}
            async with client.post(where, json=said, headers={"Origin": SHOP}) as answered:
                assert answered.status == (503 if fault else 404)
                assert answered.headers["Access-Control-Allow-Origin"] == SHOP


async def test_pages_forbid_everything_inline_and_everything_from_elsewhere(tmp_path: Path, desk: ChatDesk) -> None:
    async with chat(desk, tmp_path, FakeClock()) as (_, _, client):
        for address in ("/", "/demo", "/demo.css", "/widget.js"):
            async with client.get(address) as answered:
                text = await answered.text()
                assert answered.status == 200
                assert answered.headers["Content-Security-Policy"] == _pages.POLICY
                assert not re.search(r"__[A-Z]+__|<style|\sstyle=|\son[a-z]+=\"|<script>", text)
                assert "Set-Cookie" not in answered.headers
        async with client.get("/widget.js", headers={"If-None-Match": answered.headers["ETag"]}) as again:
            assert again.status == 304


def test_a_brand_with_markup_in_its_name_stays_text() -> None:
    shown = _pages.page("demo.html", "<script>x</script>", "#fff")
    assert b"<script>x" not in shown._body
