"""Messages that may belong together are decided in the order in which they came, all others side by side."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable

from intake.lanes import head
from intake.message import RawMessage
from intake.parse import parse

_FIELDS = re.compile(
    rb"^(?:from|message-id|in-reply-to|references)[ \t]*:(.*(?:\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE
)
_NAMES = re.compile(rb"<([^<>\s]+)>|([^\s<>,;:\"()]+@[^\s<>,;:\"()]+)")


class Turn:
    """A place in line, of one message or of several that go together. Only its kin wait for a slow one."""

    def __init__(self, *, slow: bool) -> None:
        self.slow = slow
        self.over = asyncio.Event()
        self.before: set[Turn] = set()

    async def come(self) -> None:
        """Until everybody before it is through."""
        for each in self.before:
            await each.over.wait()


class Lines:
    """One line for each key. A turn that is over must be handed back, whatever became of it."""

    def __init__(self) -> None:
        self._last: dict[str, Turn] = {}

    def slow(self, keys: Iterable[str]) -> bool:
        """Whether whoever takes the next place in these lines will wait for something slow."""
        return any(self._last[key].slow for key in keys if key in self._last)

    def join(self, turn: Turn, keys: Iterable[str]) -> None:
        """Take the next place in the lines of these keys."""
        keys = tuple(keys)
        turn.before |= {self._last[key] for key in keys if key in self._last} - {turn}
        self._last |= dict.fromkeys(keys, turn)

    def leave(self, turn: Turn) -> None:
        """Whoever is behind may go on."""
        turn.over.set()
        turn.before.clear()
        self._last = {key: last for key, last in self._last.items() if last is not turn}


def kin(raw: RawMessage) -> set[str]:
    """What a message has in common with those it may belong to: its sender, and the ids of its thread. Read off its head.

    Only what looks like one, without understanding anything: every message is asked.
    """
    if raw.media_type == "application/json":
        message = parse(raw)
        return {each.email.lower() for each in message.from_} | {message.conversation or ""} - {""}
    found = (name for field in _FIELDS.findall(head(raw)) for name in _NAMES.findall(field))
    return {(bracketed or bare).decode("utf-8", "replace").lower() for bracketed, bare in found}
