"""A chat, for tests: a desk that keeps everything in memory and answers, and what a visitor's window does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from aiohttp import ClientResponse, ClientSession

from channels.chat import Chat, Entry, Options, answered, build, said
from intake.letters.letter import Delivery, Submission
from intake.message import RawMessage
from intake.ports import Clock, Receipt
from tests.channels.contract import Desk
from tests.channels.web import Site, site, tools

SAID = "2026-01-13T10:05:00+00:00"


class ChatDesk(Desk):
    """Implements the chat's `History`."""

    def __init__(self) -> None:
        super().__init__()
        self._said: list[tuple[str, Entry]] = []

    async def deliver(self, messages: Sequence[RawMessage]) -> list[Receipt]:
        receipts = await super().deliver(messages)
        for message, receipt in zip(messages, receipts, strict=True):
            if receipt.new:
                where = orjson.loads(message.blob)["conversation"]
                self._said.append((where, said(self._next(), message.blob)))
        return receipts

    def _next(self) -> int:
        """As large as the store's numbers may become: more than a script's ordinary numbers can tell apart."""
        return 2**61 + len(self._said) + 1

    async def entries(self, conversation: str, after: int) -> list[Entry]:
        return [entry for where, entry in self._said if where == conversation and entry.seq > after]

    @property
    def conversation(self) -> str:
        """Of the latest message."""
        where: str = orjson.loads(self.messages[-1].blob)["conversation"]
        return where

    async def answer(self, chat: Chat, text: str, *, sent_at: str, **more: str) -> list[Delivery]:
        """What the outbox does: the row is there first, then the chat is told."""
        letter = {"text": text, "html": "", "from_name": "Asha Patel", "kind": "reply", "ref": "HH-4829-1357K"} | more
        submission = Submission(
            channel="chat",
            mail_from="",
            rcpt_to=(self.conversation,),
            message_id=f"l{len(self._said)}@harbour.example",
            blob=orjson.dumps(letter | {"sent_at": sent_at}),
        )
        self._said.append((self.conversation, answered(self._next(), submission)))
        return await chat.send(submission)


@asynccontextmanager
async def chat(
    desk: ChatDesk, data: Path, clock: Clock, **options: Any
) -> AsyncIterator[tuple[Chat, Site, ClientSession]]:
    channel = build("chat", Options(**options), tools(data, clock))
    channel.history = desk
    async with site(channel, deliver=desk.deliver) as (running, client):
        yield channel, running, client


async def session(client: ClientSession) -> str:
    async with client.post("/chat/sessions", json={}) as opened:
        assert opened.status == 201
        return str((await opened.json())["session"])


async def say(
    client: ClientSession, secret: str, text: object, number: object = "message-1", **more: object
) -> ClientResponse:
    message = {"id": number, "text": text, **more}
    async with client.post(f"/chat/sessions/{secret}/messages", json=message) as answer:
        await answer.read()
        return answer


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
                found.append((number, orjson.loads(line[6:])))
            if len(found) == count:
                return found
    return found
