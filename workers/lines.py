"""Messages that may belong together are decided in the order in which they came, all others side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from intake.message import RawMessage
from intake.mime.head import Head
from intake.mime.references import ids
from intake.parse import parse

HEAD = 64 * 1024  # bytes of a mail in which its head is looked for
_THREAD = ("message-id", "in-reply-to", "references")


class Turn:
    """A message's place in every line that it stands in."""

    def __init__(self, before: Iterable[asyncio.Event]) -> None:
        self._before = tuple(before)
        self.over = asyncio.Event()

    async def come(self) -> None:
        """Until everybody before it is through."""
        for each in self._before:
            await each.wait()


class Lines:
    """One line for each key. A turn that is over must be handed back, whatever became of it."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Event] = {}

    def join(self, keys: Iterable[str]) -> Turn:
        """The next place in the lines of these keys."""
        keys = tuple(keys)
        turn = Turn(self._last[key] for key in keys if key in self._last)
        self._last |= dict.fromkeys(keys, turn.over)
        return turn

    def leave(self, turn: Turn) -> None:
        """Whoever is behind may go on."""
        turn.over.set()
        self._last = {key: last for key, last in self._last.items() if last is not turn.over}


def kin(raw: RawMessage) -> set[str]:
    """What a message has in common with those it may belong to: its sender, and the ids of its thread. Read off its head."""
    if raw.media_type == "application/json":
        message = parse(raw)
        return {each.email.lower() for each in message.from_} | {message.conversation or ""} - {""}
    head = Head.of(raw.blob[:HEAD])
    senders = {each.email.lower() for each in head.mailboxes["from"]}
    return senders | {found for name, value in head.fields if name in _THREAD for found in ids(value)}
