"""What a visitor may say in a chat, in which session, how often, and what becomes of it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog
from aiohttp import ClientSession

from channels._sessions import conversation, open_session
from channels.chat import Chat, Options, build
from intake.contact_json import read
from intake.policy import Key
from intake.ports import Deliver
from tests.channels.contract import Answer, ChannelContract, Desk
from tests.channels.talk import ChatDesk, chat, say, session
from tests.channels.web import Site, meaning, site, tools
from tests.harbour import HARBOUR, TUESDAY, FakeClock, FakeIds


class TestChatContract(ChannelContract):
    oversized = "x" * 4_001

    @pytest.fixture(autouse=True)
    def _set_up(self, tmp_path: Path) -> None:
        self.tmp_path = tmp_path

    @asynccontextmanager
    async def running(self, deliver: Deliver) -> AsyncIterator[Window]:
        channel = build("chat", Options(), tools(self.tmp_path))
        async with site(channel, deliver=deliver) as (running, client):
            yield Window(running, client, await session(client))


class Window:
    """A window that says things."""

    def __init__(self, running: Site, client: ClientSession, secret: str) -> None:
        self._client, self._secret, self.stop = client, secret, running.stop
        self._ids: dict[str, str] = {}

    async def offer(self, words: str) -> Answer:
        number = self._ids.setdefault(words, f"message-{len(self._ids)}")
        return meaning((await say(self._client, self._secret, words, number)).status)


@pytest.fixture
def desk() -> ChatDesk:
    return ChatDesk()


async def test_what_is_said_becomes_a_contact_of_a_proven_conversation(tmp_path: Path, desk: ChatDesk) -> None:
    async with chat(desk, tmp_path, FakeClock()) as (_, _, client):
        secret = await session(client)
        answered = await say(client, secret, "It leaks", name="Mia Lind", email="mia@post.example")
        assert await answered.json() == {"id": "message-1", "new": True}
    (raw,) = desk.messages
    message = read(raw)
    assert (message.text, message.sent_at) == ("It leaks", TUESDAY)
    assert (message.from_[0].name, message.from_[0].email) == ("Mia Lind", "mia@post.example")
    assert message.conversation == desk.conversation
    assert message.defects == ()
    assert raw.envelope.rcpt_to == HARBOUR.addresses[:1]


async def test_the_secret_of_a_session_is_neither_stored_nor_logged(tmp_path: Path, desk: ChatDesk) -> None:
    """Whoever reads the database or the logs must not be able to read along."""
    with structlog.testing.capture_logs() as lines:
        async with chat(desk, tmp_path, FakeClock()) as (_, _, client):
            secret = await session(client)
            await say(client, secret, "It leaks", email="mia@post.example")
    assert secret[:32] not in repr(desk.messages) + str(lines)
    assert not any(word in str(lines) for word in ("leaks", "mia@", desk.conversation))


async def test_a_message_that_is_sent_again_is_the_same_message(tmp_path: Path, desk: ChatDesk) -> None:
    clock = FakeClock()
    async with chat(desk, tmp_path, clock) as (_, _, client):
        secret = await session(client)
        first = await say(client, secret, "It leaks")
        clock.advance(minutes=3)
        again = await say(client, secret, "It leaks")
    assert [(await a.json())["new"] for a in (first, again)] == [True, False]


@pytest.mark.parametrize("secret", ["x", "0" * 64, f"{'a' * 32}-{'0' * 32}", "..", "%00", "a" * 5000])
async def test_a_session_that_we_never_gave_out_opens_nothing(secret: str, tmp_path: Path, desk: ChatDesk) -> None:
    async with chat(desk, tmp_path, FakeClock()) as (_, _, client):
        assert (await say(client, secret, "It leaks")).status == 404
        async with client.get(f"/chat/sessions/{secret}/events") as answered:
            assert answered.status == 404
    assert desk.messages == []


def test_sessions_outlive_the_change_of_the_signing_key_but_not_its_removal() -> None:
    old, new = Key(id="a", secret=b"o" * 32), Key(id="b", secret=b"n" * 32)
    secret = open_session(FakeIds(), (old,))
    assert conversation(secret, (new, old)) == conversation(secret, (old,)) is not None
    assert conversation(secret, (new,)) is None


@pytest.mark.parametrize(
    ("said", "status", "slug"),
    [
        ({"id": "message-1", "text": "  \n"}, 400, "text_missing"),
        ({"id": "message-1"}, 400, "text_missing"),
        ({"id": "message-1", "text": "x" * 4001}, 413, "too_long"),
        ({"id": "message-1", "text": "x", "email": "x" * 300}, 413, "too_long"),
        ({"id": "message-1", "text": ["x"]}, 400, "bad_message"),
        ({"id": "message-1", "text": "x", "name": {"a": 1}}, 400, "bad_message"),
        ({"text": "x"}, 400, "bad_message"),
        ({"id": "../../etc", "text": "x"}, 400, "bad_message"),
        ({"id": "x" * 65, "text": "x"}, 400, "bad_message"),
        (["x"], 400, "bad_json"),
    ],
)
async def test_what_cannot_be_said_is_refused(
    said: object, status: int, slug: str, tmp_path: Path, desk: ChatDesk
) -> None:
    async with chat(desk, tmp_path, FakeClock()) as (_, _, client):
        secret = await session(client)
        async with client.post(f"/chat/sessions/{secret}/messages", json=said) as answered:
            assert (answered.status, await answered.json()) == (status, {"error": slug})
    assert desk.messages == []


async def test_a_form_of_another_site_cannot_speak_for_a_visitor(tmp_path: Path, desk: ChatDesk) -> None:
    """A browser sends text/plain without asking; JSON it asks about first."""
    async with chat(desk, tmp_path, FakeClock()) as (_, _, client):
        secret = await session(client)
        plain = {"Content-Type": "text/plain"}
        async with client.post(
            f"/chat/sessions/{secret}/messages", data=b'{"id":"message-1","text":"x"}', headers=plain
        ) as no:
            assert no.status == 400
    assert desk.messages == []


async def test_a_flood_from_one_window_is_slowed_down_and_others_are_served(tmp_path: Path, desk: ChatDesk) -> None:
    clock = FakeClock()
    async with chat(desk, tmp_path, clock, messages_per_minute=3) as (_, _, client):
        flooding, other = await session(client), await session(client)
        answers = [await say(client, flooding, "x", f"message-{n}") for n in range(4)]
        assert [a.status for a in answers] == [200, 200, 200, 429]
        assert answers[-1].headers["Retry-After"] == "60"
        assert (await say(client, other, "x")).status == 200
        clock.advance(seconds=61)
        assert (await say(client, flooding, "x", "message-4")).status == 200


async def test_one_place_cannot_open_sessions_without_end(tmp_path: Path, desk: ChatDesk) -> None:
    async with chat(desk, tmp_path, FakeClock(), sessions_per_hour_per_peer=2) as (_, _, client):
        statuses = []
        for peer in ("198.51.100.7", "198.51.100.7", "198.51.100.7", "198.51.100.8"):
            async with client.post("/chat/sessions", json={}, headers={"X-Forwarded-For": peer}) as answered:
                statuses.append(answered.status)
    assert statuses == [201, 201, 429, 201]


async def test_several_chats_live_at_paths_of_their_own_and_a_demo_may_be_left_out(tmp_path: Path) -> None:
    channels = [
        build(name, Options(path=f"/{name}", demo=name == "shop"), tools(tmp_path)) for name in ("shop", "trade")
    ]
    async with site(*channels, deliver=Desk().deliver) as (_, client):
        statuses = []
        for brand, page in itertools.product(("shop", "trade"), ("widget.js", "demo")):
            async with client.get(f"/{brand}/{page}") as answered:
                statuses.append(answered.status)
    assert statuses == [200, 200, 200, 404]


async def test_a_chat_for_a_brand_that_there_is_not_is_a_fault_that_the_operator_is_told(tmp_path: Path) -> None:
    channel: Chat = build("chat", Options(brand="harbor"), tools(tmp_path))
    assert ["'harbor'" in sentence for sentence in await channel.probe()] == [True]
    assert await build("chat", Options(brand="harbour"), tools(tmp_path)).probe() == []
