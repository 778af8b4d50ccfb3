"""The chat's server side: sessions, what may be said, what comes back, and who may ask."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
import structlog
from aiohttp import ClientResponse, ClientSession

from channels import _pages
from channels._sessions import conversation, open_session
from channels.chat import Chat, Entry, Options, build
from intake.contact_json import read
from intake.letters.letter import Outcome, Submission
from intake.policy import Key
from intake.ports import Deliver
from tests.channels.contract import Answer, ChannelContract, Desk
from tests.channels.talk import ChatDesk, chat
from tests.channels.web import Site, meaning, site, tools
from tests.harbour import HARBOUR, TUESDAY, FakeClock, FakeIds

SAID = "2026-01-13T10:05:00+00:00"
SUBMISSION = Submission(channel="chat", mail_from="", rcpt_to=(), message_id="l1@harbour.example", blob=b"{}")
SHOP = "https://www.harbour.example"


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


async def session(client: ClientSession) -> str:
    async with client.post("/chat/sessions", json={}) as answered:
        assert answered.status == 201
        return str((await answered.json())["session"])


async def say(
    client: ClientSession, secret: str, text: object, number: object = "message-1", **more: object
) -> ClientResponse:
    said = {"id": number, "text": text, **more}
    async with client.post(f"/chat/sessions/{secret}/messages", json=said) as answered:
        await answered.read()
        return answered


async def events(client: ClientSession, secret: str, count: int, **headers: str) -> list[tuple[int, dict[str, str]]]:
    """The first `count` entries of a stream, with their numbers."""
    found: list[tuple[int, dict[str, str]]] = []
    async with client.get(f"/chat/sessions/{secret}/events", headers=headers) as stream:
        assert stream.content_type == "text/event-stream"
        number = 0
        async for line in stream.content:
            if line.startswith(b"id: "):
                number = int(line[4:])
            elif line.startswith(b"data: {"):
                found.append((number, json.loads(line[6:])))
            if len(found) == count:
                return found
    return found


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


async def test_answers_come_at_once_with_who_and_when_and_the_reference(tmp_path: Path, desk: ChatDesk) -> None:
    async with chat(desk, tmp_path, FakeClock()) as (channel, _, client):
        secret = await session(client)
        listening = asyncio.create_task(events(client, secret, 2))
        await say(client, secret, "It leaks")
        (delivery,) = await desk.answer(channel, "I am sorry.", sent_at=SAID)
        (_, mine), (_, answer) = await asyncio.wait_for(listening, timeout=5)
    assert (mine["direction"], mine["id"], mine["text"]) == ("in", "message-1", "It leaks")
    assert answer["text"] == "I am sorry."
    assert (answer["from"], answer["at"], answer["ref"]) == ("Asha Patel", SAID, "HH-4829-1357K")
    assert (delivery.recipient, delivery.outcome) == (desk.conversation, Outcome.ACCEPTED)


async def test_a_window_that_comes_back_sees_only_what_it_has_not_seen(tmp_path: Path, desk: ChatDesk) -> None:
    async with chat(desk, tmp_path, FakeClock()) as (channel, _, client):
        secret = await session(client)
        await say(client, secret, "It leaks")
        ((seen, _),) = await events(client, secret, 1)
        await desk.answer(channel, "I am sorry.", sent_at=SAID)
        ((_, missed),) = await events(client, secret, 1, **{"Last-Event-ID": str(seen)})
        everything = await events(client, secret, 2, **{"Last-Event-ID": "nonsense"})
    assert missed["text"] == "I am sorry."
    assert [entry["text"] for _, entry in everything] == ["It leaks", "I am sorry."]


async def test_a_long_conversation_is_shown_whole_though_the_history_hands_it_over_in_pieces(
    tmp_path: Path, desk: ChatDesk
) -> None:
    class Piecemeal:
        async def entries(self, conversation: str, after: int) -> list[Entry]:
            return (await desk.entries(conversation, after))[:2]

    async with chat(desk, tmp_path, FakeClock()) as (channel, _, client):
        channel.history = Piecemeal()
        secret = await session(client)
        for n in range(5):
            await say(client, secret, str(n), f"message-{n}")
        found = await asyncio.wait_for(events(client, secret, 5), timeout=5)
    assert [entry["text"] for _, entry in found] == list("01234")


async def test_an_answer_whose_row_can_be_read_only_after_the_bell_is_shown_soon(
    tmp_path: Path, desk: ChatDesk
) -> None:
    async with chat(desk, tmp_path, FakeClock()) as (channel, _, client):
        secret = await session(client)
        await say(client, secret, "It leaks")
        listening = asyncio.create_task(events(client, secret, 2))
        await asyncio.sleep(0.1)
        await channel.send(replace(SUBMISSION, rcpt_to=(desk.conversation,)))
        await asyncio.sleep(0.05)
        await desk.answer(build("chat", Options(), tools(tmp_path)), "I am sorry.", sent_at=SAID)
        assert len(await asyncio.wait_for(listening, timeout=5)) == 2


async def test_numbers_of_sixty_four_bits_come_back_as_they_went_out(tmp_path: Path, desk: ChatDesk) -> None:
    class Far:
        asked: ClassVar[list[int]] = []

        async def entries(self, conversation: str, after: int) -> list[Entry]:
            self.asked.append(after)
            return []

    async with chat(desk, tmp_path, FakeClock()) as (channel, _, client):
        channel.history = Far()
        secret = await session(client)
        async with client.get(f"/chat/sessions/{secret}/events?after={2**62 + 1}") as stream:
            await stream.content.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.05)
    assert Far.asked[0] == 2**62 + 1


async def test_an_answer_that_another_node_wrote_is_found_without_being_told(
    tmp_path: Path, desk: ChatDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.chat.LOOK_AGAIN", 0.05)
    elsewhere = build("chat", Options(), tools(tmp_path))
    async with chat(desk, tmp_path, FakeClock()) as (_, _, client):
        secret = await session(client)
        await say(client, secret, "It leaks")
        listening = asyncio.create_task(events(client, secret, 2))
        await asyncio.sleep(0.1)
        await desk.answer(elsewhere, "I am sorry.", sent_at=SAID)
        assert len(await asyncio.wait_for(listening, timeout=5)) == 2


async def test_nobody_hears_what_is_said_in_another_conversation(tmp_path: Path, desk: ChatDesk) -> None:
    async with chat(desk, tmp_path, FakeClock()) as (_, _, client):
        mine, theirs = await session(client), await session(client)
        await say(client, theirs, "my card number is", "message-1")
        await say(client, mine, "It leaks", "message-1")
        ((_, entry),) = await events(client, mine, 1)
    assert entry["text"] == "It leaks"
    assert len({(m.account, m.source_id) for m in desk.messages}) == 2


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


async def test_one_conversation_cannot_hold_windows_without_end(
    tmp_path: Path, desk: ChatDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.chat.WINDOWS", 1)
    async with chat(desk, tmp_path, FakeClock()) as (_, _, client):
        secret = await session(client)
        async with client.get(f"/chat/sessions/{secret}/events") as open_one:
            await open_one.content.readline()
            async with client.get(f"/chat/sessions/{secret}/events") as second:
                assert second.status == 429


async def test_a_history_that_fails_ends_the_stream_without_a_word_of_why(tmp_path: Path, desk: ChatDesk) -> None:
    class Broken:
        async def entries(self, conversation: str, after: int) -> list[object]:
            raise RuntimeError("postgres://u:p4ssw0rd@h/db")

    async with chat(desk, tmp_path, FakeClock()) as (channel, _, client):
        channel.history = Broken()  # type: ignore[assignment]
        secret = await session(client)
        async with client.get(f"/chat/sessions/{secret}/events") as stream:
            assert b"p4ssw0rd" not in await asyncio.wait_for(stream.read(), timeout=5)


async def test_stopping_lets_open_windows_go_at_once(tmp_path: Path, desk: ChatDesk) -> None:
    async with chat(desk, tmp_path, FakeClock()) as (_, running, client):
        secret = await session(client)
        async with client.get(f"/chat/sessions/{secret}/events") as stream:
            await stream.content.readline()
            await asyncio.wait_for(running.stop(), timeout=2)


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
