"""What comes back to a chat window: every answer, once and at once, and of its own conversation only."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from channels.chat import Entry, Options, build
from intake.letters.letter import Outcome, Submission
from tests.channels.talk import SAID, ChatDesk, chat, events, say, session
from tests.channels.web import tools
from tests.harbour import FakeClock

SUBMISSION = Submission(channel="chat", mail_from="", rcpt_to=(), message_id="l1@harbour.example", blob=b"{}")


@pytest.fixture
def desk() -> ChatDesk:
    return ChatDesk()


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
