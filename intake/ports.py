"""What the inner rooms ask of the world, on one page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from intake.letters.letter import Delivery, Submission
from intake.message import RawMessage


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The message is durable. `new` is False when it was there before."""

    inbound_id: int
    new: bool


class TryLater(Exception):
    """Our fault, or our limit: the message was not kept, and the sender must offer it again.

    A channel answers 451, 503 or leaves the mail unseen; never 5xx, never with this exception's text.
    """


class NoSpace(TryLater):
    """There is not room enough on disk. The argument is a slug of what is missing."""


class CannotListen(Exception):
    """An address cannot be listened on. The text is for the operator: which channel, which address, and why."""


Deliver = Callable[[Sequence[RawMessage]], Awaitable[list[Receipt]]]
"""Commit messages and say so. Returns only after the rows are durable; raises `TryLater` if any is not.

With no messages it only asks: it raises `NoSpace` where any message would be turned away for that."""


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Aware, UTC."""

    async def sleep(self, seconds: float) -> None: ...


class Ids(Protocol):
    """The only source of chance."""

    def case_number(self) -> int:
        """Uniform in 0 <= n < 10**8, for a case reference."""

    def letter(self) -> str:
        """16 lower-case letters and digits, never the same twice: the left part of a Message-ID."""

    def token(self) -> str:
        """At least 32 lower-case letters and digits that nobody can guess: what opens a chat session."""

    def jitter(self) -> float:
        """Uniform in 0 <= x < 1."""


class Receiver(Protocol):
    """A way in."""

    async def open(self) -> None:
        """Take hold of the address to listen on, if there is one; connect to nothing. Raises `CannotListen`."""

    async def receive(self, deliver: Deliver) -> None:
        """Take messages in until cancelled. On cancellation finish what was begun, take nothing new, and return."""

    async def probe(self) -> list[str]:
        """What is wrong with the configuration or the other side, one sentence each; [] when all is well."""


class Sender(Protocol):
    """A way out."""

    async def send(self, submission: Submission) -> list[Delivery]:
        """Hand a submission over: one result for each recipient. Never raises for what the other side does."""

    async def probe(self) -> list[str]: ...
