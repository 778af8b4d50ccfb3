"""The chat widget: customers write on the company's own pages, and answers come back into the same window.

    GET  /widget.js                        the window: one script without dependencies
    GET  /demo                             a page that shows it
    POST /chat/sessions                    -> {"session"}: the secret that opens one conversation
    POST /chat/sessions/{session}/messages {"id", "text", "name", "email"} -> {"id", "new"}: the id makes a repetition harmless
    GET  /chat/sessions/{session}/events   server-sent events (HTML standard): each entry once, from Last-Event-ID on

No cookies. What customers say about their name and address is a claim; what is proven is the conversation.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog
from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from channels import Tools
from channels._answers import Refused, answer, read_json
from channels._conversation import Entry, History, answered, said
from channels._cross_origin import leave, preflight, shared
from channels._door import client
from channels._limits import Limiter
from channels._pages import page, script
from channels._sessions import conversation, open_session
from channels._streams import Streams
from intake.letters.letter import Delivery, Outcome, Submission
from intake.message import Envelope, RawMessage
from intake.ports import Deliver

__all__ = ["Chat", "Entry", "History", "Options", "answered", "build", "said"]

log = structlog.get_logger()

LOOK_SOON = 0.1  # seconds after a bell, then longer and longer: it may ring before the row is there to be read
LOOK_AGAIN = 10.0  # seconds without a bell: another node may have had the answer
RECONNECT = 2000  # milliseconds until a window that lost us asks again
WINDOWS = 20  # open at once in one conversation
MAX_BODY = 40_000  # bytes

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Whose window it is, and how much may be said in it."""

    brand: str = ""  # a brand's id; "" is the first one
    path: str = ""  # before every address, "/shop" for instance, where one listener hosts several chats
    origins: tuple[str, ...] = ()  # of the pages that show the window: "https://www.harbour.example"
    demo: bool = True  # the demo page, also at the root
    max_text: int = 4_000  # characters of a message
    messages_per_minute: int = 20  # in one conversation
    messages_per_minute_per_peer: int = 60
    sessions_per_hour_per_peer: int = 60


class Chat:
    """The window's other side. Set `history` before it is hosted; `send` wakes the windows of a conversation."""

    history: History

    def __init__(self, name: str, options: Options, tools: Tools) -> None:
        self._name, self._options, self._tools = name, options, tools
        self._brand = tools.policy.brand(options.brand)
        self._streams = Streams()
        minute, clock = timedelta(minutes=1), tools.clock
        self._talking = Limiter(clock, times=options.messages_per_minute, window=minute)
        self._peers = Limiter(clock, times=options.messages_per_minute_per_peer, window=minute)
        self._opening = Limiter(clock, times=options.sessions_per_hour_per_peer, window=timedelta(hours=1))

    def routes(self, deliver: Deliver) -> list[web.RouteDef]:
        async def say(request: web.Request) -> web.Response:
            return await self._say(request, deliver)

        sessions, origins = f"{self._options.path}/chat/sessions", self._options.origins
        ask = preflight(origins)
        return [
            *self._pages(),
            web.post(sessions, shared(self._open, origins)),
            web.options(sessions, ask),
            web.post(sessions + "/{session}/messages", shared(say, origins)),
            web.options(sessions + "/{session}/messages", ask),
            web.get(sessions + "/{session}/events", shared(self._events, origins)),
        ]

    async def probe(self) -> list[str]:
        known = not self._options.brand or any(b.id == self._options.brand for b in self._tools.policy.brands)
        return [] if known else [f"Channel {self._name!r} is for a brand that there is not: {self._options.brand!r}."]

    async def close(self) -> None:
        self._streams.close()

    async def send(self, submission: Submission) -> list[Delivery]:
        """The outbox row is the answer itself: windows are told to look, and whoever is away sees it on return."""
        for there in submission.rcpt_to:
            self._streams.wake(there)
        return [Delivery(recipient=there, outcome=Outcome.ACCEPTED) for there in submission.rcpt_to]

    async def _open(self, request: web.Request) -> web.Response:
        _allow(self._opening, client(request))
        return answer(201, {"session": open_session(self._tools.ids, self._tools.policy.keys)})

    async def _say(self, request: web.Request, deliver: Deliver) -> web.Response:
        where = self._conversation(request)
        _allow(self._talking, where)
        _allow(self._peers, client(request))
        words = _words(await read_json(request, MAX_BODY), self._options.max_text)
        (receipt,) = await deliver([self._raw(where, words, client(request), self._tools.clock.now())])
        self._streams.wake(where)
        log.info("chat_taken", channel=self._name, inbound_id=receipt.inbound_id, new=receipt.new)
        return answer(200, {"id": words["id"], "new": receipt.new})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        where = self._conversation(request)
        if self._streams.count(where) >= WINDOWS:
            raise Refused(429, "too_many_windows", retry_after=30)
        after = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        async with sse_response(request, headers=leave(request, self._options.origins)) as window:
            try:
                await self._show(window, where, int(after) if re.fullmatch("[0-9]{1,19}", after) else 0)
            except ConnectionError:
                pass  # Closed by the customer.
            except Exception as fault:
                log.error("chat_stream_fault", channel=self._name, fault=type(fault).__name__)
        return window

    async def _show(self, window: EventSourceResponse, where: str, after: int) -> None:
        """Everything so far, and then whatever comes, until the customer leaves or we stop."""
        with self._streams.listening(where) as bell:
            await window.send("", event="hello", retry=RECONNECT)
            pause = LOOK_AGAIN
            while window.is_connected() and not self._streams.closing:
                bell.clear()
                while entries := await self.history.entries(where, after):
                    for entry in entries:
                        await window.send(orjson.dumps(entry.shown()).decode(), id=str(entry.seq))
                        after = entry.seq
                try:
                    await asyncio.wait_for(bell.wait(), pause)
                    pause = LOOK_SOON
                except TimeoutError:
                    pause = min(2 * pause, LOOK_AGAIN)

    def _conversation(self, request: web.Request) -> str:
        where = conversation(request.match_info["session"], self._tools.policy.keys)
        if where is None:
            raise Refused(404, "no_such_session")
        return where

    def _raw(self, where: str, words: dict[str, str], peer: str, now: datetime) -> RawMessage:
        contact: dict[str, Any] = {
            "id": words["id"],
            "conversation": where,
            "sender": {"id": where, "name": words["name"], "email": words["email"]},
            "text": words["text"],
            "sent_at": now.isoformat(),
        }
        return RawMessage(
            channel="chat",
            account=self._name,
            source_id=f"{where}/{words['id']}",
            envelope=Envelope(rcpt_to=(self._brand.addresses[0],), peer=peer, verified=True),
            blob=orjson.dumps(contact),
            media_type="application/json",
            received_at=now,
        )

    def _pages(self) -> list[web.RouteDef]:
        o, brand = self._options, self._brand
        pages = {"/widget.js": script({"brand": brand.name, "colour": brand.colour, "maxText": o.max_text})}
        if o.demo:
            demo = page("demo.html", brand.name, brand.colour)
            pages |= {"/demo": demo, "/demo.css": page("demo.css", brand.name, brand.colour)}
            pages |= {} if o.path else {"/": demo}
        return [web.get(o.path + address, found.show) for address, found in pages.items()]


def _allow(limiter: Limiter, key: str) -> None:
    if seconds := limiter.wait(key):
        raise Refused(429, "too_many", retry_after=seconds)


def _words(said: dict[str, Any], most: int) -> dict[str, str]:
    """What may be said: an id of the window's, words, and a name and an address if they like. Raises `Refused`."""
    words = {key: said.get(key) or "" for key in ("id", "text", "name", "email")}
    if not all(isinstance(value, str) for value in words.values()) or not _ID.fullmatch(words["id"]):
        raise Refused(400, "bad_message")
    if len(words["text"]) > most or len(words["name"]) > 200 or len(words["email"]) > 254:
        raise Refused(413, "too_long")
    if not words["text"].strip():
        raise Refused(400, "text_missing")
    return words


def build(name: str, options: Options, tools: Tools) -> Chat:
    """The channel; it has `routes` for the HTTP listener and `send` for answers. Whoever wires it sets its `history`."""
    return Chat(name, options, tools)
