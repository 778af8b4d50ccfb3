"""The way in for providers that post to us: one route, and in it the provider's own two functions.

A provider's file says how a request proves who sent it (`verify`) and what messages it holds (`read`); both are pure, so that
a recorded request can be replayed. Everything else is the same for all of them and happens here: limits, secrets, durability
before the answer, and the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
from aiohttp import web

from channels import Tools
from channels._answers import RETRY_AFTER, Refused, answer, read_body
from channels._door import client
from intake.message import Envelope, MediaType, RawMessage
from intake.ports import Deliver, Receipt, TryLater

log = structlog.get_logger()

SHORTEST = 24  # bytes of a secret


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One HTTP request, as it was signed."""

    method: str = "POST"
    url: str = ""  # scheme, host, path and query, verbatim
    headers: tuple[tuple[str, str], ...] = ()  # in order, doubled ones too; bytes beyond UTF-8 as surrogate escapes
    body: bytes = b""

    def header(self, *names: str) -> str:
        """The value of the one header of these names, in lower case, or "" where it is missing or there is more than one."""
        values = [value for name, value in self.headers if name.lower() in names]
        return values[0] if len(values) == 1 else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """One message in a request."""

    source_id: str  # the provider's id: the same in every repetition, different for every message
    blob: bytes  # a JSON contact, or the whole mail where the provider passes it on
    media_type: MediaType = "application/json"
    mail_from: str | None = None
    rcpt_to: tuple[str, ...] = ()  # where the provider knows it; otherwise the channel's brand


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a genuine request holds."""

    messages: tuple[Incoming, ...] = ()
    ignored: tuple[str, ...] = ()  # slugs of what is no customer's message: receipts, echoes of our own, pings
    answer: str | None = None  # what the provider waits to hear: a challenge


class Unreadable(ValueError):
    """A request that no repetition will make readable. The argument is a slug."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statuses:
    """What a provider understands. Some stop for ever at a status that makes others try again."""

    accepted: int = 200
    refused: int = 401
    unreadable: int = 400
    later: int = 503


DEFAULT = Statuses()

Verify = Callable[[Request, Sequence[str], datetime], str | None]
"""Why the request proves nothing (a slug), or None when one of the secrets made its signature and it is fresh. Never raises."""

Read = Callable[[Request], Reading]
"""What a genuine request holds. Raises `Unreadable`."""


class Hook:
    """`POST /hooks/{name}`. It answers "accepted" only when every message in the request is durable."""

    def __init__(
        self,
        *,
        kind: str,
        name: str,
        verify: Verify,
        read: Read,
        secrets_file: Path,  # one secret a line; while one replaces another, both
        max_body: int,  # bytes
        tools: Tools,
        brand: str = "",  # whom the messages are for; "" is the first brand
        statuses: Statuses = DEFAULT,
    ) -> None:
        self.kind, self.name, self.tools = kind, name, tools
        self._verify, self._read, self._statuses = verify, read, statuses
        self._secrets_file, self._max_body = secrets_file, max_body
        self._secrets: list[str] = []
        self._stamp = (0, 0, 0)  # of the file that they were read from
        self._brand = brand

    def routes(self, deliver: Deliver) -> list[web.RouteDef]:
        return [web.post(f"/hooks/{self.name}", partial(self._take, deliver=deliver))]

    async def probe(self) -> list[str]:
        known = not self._brand or any(brand.id == self._brand for brand in self.tools.policy.brands)
        wrong = [] if known else [f"Channel {self.name!r} is for a brand that there is not: {self._brand!r}."]
        secrets = self.secrets()
        if not secrets:
            wrong += [f"Channel {self.name!r} has no secret: put one on a line of {self._secrets_file}."]
        if any(len(secret) < SHORTEST for secret in secrets):
            wrong += [f"A secret of channel {self.name!r} is too short: {SHORTEST} bytes at least."]
        return wrong

    async def close(self) -> None:
        """Nothing is streamed here."""

    async def _take(self, request: web.Request, deliver: Deliver) -> web.Response:
        seen = await self._seen(request)
        secrets, now = self.secrets(), self.tools.clock.now()
        if not secrets:
            log.error("hook_without_secret", channel=self.name)
            raise Refused(self._statuses.later, "try_later", retry_after=RETRY_AFTER)
        if slug := self._verify(seen, secrets, now):
            log.warning("hook_refused", channel=self.name, reason=slug)
            raise Refused(self._statuses.refused, slug)
        reading = self._reading(seen)
        raws = [self._raw(message, client(request), now) for message in reading.messages]
        receipts = await self._kept(raws, deliver)
        log.info("hook_taken", channel=self.name, messages=len(raws), ignored=reading.ignored)
        if reading.answer is not None:
            return web.Response(status=self._statuses.accepted, text=reading.answer)
        return answer(self._statuses.accepted, {"received": len(raws), "new": sum(r.new for r in receipts)})

    async def _kept(self, raws: list[RawMessage], deliver: Deliver) -> list[Receipt]:
        try:
            return await deliver(raws) if raws else []
        except TryLater:
            raise Refused(self._statuses.later, "try_later", retry_after=RETRY_AFTER) from None

    async def _seen(self, request: web.Request) -> Request:
        body = await read_body(request, self._max_body)
        url = f"{request.scheme}://{request.host}{request.raw_path}"  # `request.url` would be spelt anew
        return Request(method=request.method, url=url, headers=tuple(request.headers.items()), body=body)

    def _reading(self, seen: Request) -> Reading:
        try:
            return self._read(seen)
        except Unreadable as wrong:
            log.warning("hook_unreadable", channel=self.name, reason=str(wrong))
            raise Refused(self._statuses.unreadable, str(wrong)) from None

    def _raw(self, message: Incoming, peer: str, now: datetime) -> RawMessage:
        rcpt_to = message.rcpt_to or (self.tools.policy.brand(self._brand).addresses[0],)
        envelope = Envelope(mail_from=message.mail_from, rcpt_to=rcpt_to, peer=peer, verified=True)
        return RawMessage(
            channel=self.kind,
            account=self.name,
            source_id=message.source_id,
            envelope=envelope,
            blob=message.blob,
            media_type=message.media_type,
            received_at=now,
        )

    def secrets(self) -> list[str]:
        """Read anew when the file has changed, so that a secret is replaced without a restart."""
        try:
            found = self._secrets_file.stat()
            stamp = found.st_mtime_ns, found.st_size, found.st_ino
            if stamp != self._stamp:
                lines = self._secrets_file.read_text(encoding="utf-8").splitlines()
                self._secrets = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
                self._stamp = stamp
        except (OSError, ValueError):
            return []
        return self._secrets
