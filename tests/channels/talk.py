"""A desk for chats that keeps everything in memory: it takes messages in, answers, and knows what was said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from aiohttp import ClientSession

from channels.chat import Chat, Entry, Options, answered, build, said
from intake.letters.letter import Delivery, Submission
from intake.message import RawMessage
from intake.ports import Clock, Receipt
from tests.channels.contract import Desk
from tests.channels.web import Site, site, tools


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
