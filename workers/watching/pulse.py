"""Whether the virus scanner answers: asked twice a minute, so that the alarm comes before the first file does."""

from __future__ import annotations

from typing import Literal

from workers.edge.clamd import Clamd, Unanswered
from workers.runner import Runner


class Pulse(Runner):
    """Takes it, and remembers how it was."""

    name = "pulse"
    poll_seconds = 30.0

    def __init__(self, clamd: Clamd) -> None:
        super().__init__()
        self._clamd = clamd
        self._trouble: Literal["", "unanswered"] = ""

    def trouble(self) -> str:
        """For the watch."""
        return self._trouble

    async def once(self) -> int:
        try:
            await self._clamd.ping()
        except Unanswered:
            self._trouble = "unanswered"
        else:
            self._trouble = ""
        return 0
