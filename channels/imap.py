"""Mailboxes on IMAP servers (RFC 9051; IDLE RFC 2177; XOAUTH2).

The database, not a flag in the mailbox, knows what was taken in: a watermark of UIDVALIDITY and UID. Messages are peeked at in
batches, one at a time where a batch fails, kept, and only then flagged or moved. IDLE is a hint that wakes us; a poll is the
truth. A first visit to a full mailbox is quiet: nobody gets a letter about mail older than a day.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeVar

import structlog

from channels import Tools
from channels._imap_drain import Bookmark, Bookmarks, Drain, Habits
from channels._imap_session import GONE, Refused, Server, Session
from channels._oauth import OAuth, TokenSource
from channels._trouble import Trouble
from intake.ports import Deliver, TryLater

__all__ = ["Bookmark", "Bookmarks", "Mailbox", "Options", "build"]

log = structlog.get_logger()
T = TypeVar("T")
GRACE_SECONDS = 4.0  # that a visit is given to end by itself when the daemon stops
REFUSED_SECONDS = 300.0  # until a refused login is tried again: servers lock accounts that knock too often
STORE_SECONDS = 5.0  # until what could not be kept is offered again: the mail is unseen, and the connection stays
LONGEST_PAUSE = 60.0
LONGEST_ASKED = 3600.0
BACKOFF = re.compile(r"Suggested Backoff Time: (\d{1,9})")  # milliseconds, as Microsoft says it


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """One mailbox."""

    host: str
    user: str
    port: int = 993
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    ca_file: str = ""  # for a private certificate authority; relative to the data folder
    password_file: str = ""  # likewise
    oauth: OAuth | None = None
    folder: str = "INBOX"
    after: Literal["flag", "move", "leave"] = "flag"  # what happens in the mailbox to a message that was kept
    move_to: str = "Answerable"
    poll_seconds: int = 60  # between looks, whether or not IDLE said anything
    idle: bool = True
    max_size: int = 50_000_000  # of larger ones only the head is taken, and the message left where it is


class Mailbox:
    """Takes in what arrives in one mailbox, over one connection in one thread of its own."""

    bookmarks: Bookmarks | None = None  # set by whoever wires the channel, who knows it by this

    def __init__(self, name: str, options: Options, tools: Tools) -> None:
        self._name = name
        self._options = options
        self._tools = tools
        self._tokens = TokenSource(options.oauth, tools.clock, tools.data) if options.oauth else None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"imap-{name}")
        self._current = self._session()
        self._stopping = False
        self._idling = False  # nothing is being taken in
        self._refusals = 0  # one after the other
        self.trouble = Trouble(tools.clock)
        self._failures = 0  # likewise, since a message was last taken in or nothing was left to take in

    async def open(self) -> None:
        """Nothing is listened on."""

    async def probe(self) -> list[str]:
        """Log in and select, once."""
        session = self._session()
        try:
            await self._in_thread(session.open)
            await self._in_thread(session.leave)
        except Refused:
            return [f"channel {self._name}: {self._options.host} refuses the login of {self._options.user}."]
        except GONE as error:
            return [f"channel {self._name}: {self._options.host} port {self._options.port}: {type(error).__name__}."]
        finally:
            await self._in_thread(session.close)
        return []

    async def receive(self, deliver: Deliver) -> None:
        """Visit the mailbox until cancelled; a message that is being taken in is finished first."""
        if self.bookmarks is None:
            raise ValueError("a mailbox without bookmarks would be read from its beginning every time")
        self._stopping = False
        drain = Drain(self._habits(), self.bookmarks, self._tools.clock, self._in_thread)
        visiting = asyncio.create_task(self._visit_for_ever(drain, deliver))
        try:
            await asyncio.shield(visiting)
        except asyncio.CancelledError:
            self._stopping = drain.stopping = True
            await asyncio.wait({visiting}, timeout=0 if self._idling else GRACE_SECONDS)
            self._current.cut()  # A server that does not answer is not waited for.
            await visiting
            raise

    async def _visit_for_ever(self, drain: Drain, deliver: Deliver) -> None:
        while not self._stopping:
            self._current = session = self._session()
            self._idling = False
            before = drain.kept
            wait = 0.0
            try:
                await self._in_thread(session.open)
                self._refusals = 0
                log.info("mailbox_open", channel=self._name)
                await self._stay(session, drain, deliver)
                await self._in_thread(session.leave)
            except Refused:
                self.trouble.begin("login_refused")
                wait = self._after_refusal()
            except Exception as error:  # whatever it was: the message is still in the mailbox, and a new visit finds it
                self.trouble.begin("mailbox_lost")
                self._failures = 1 if drain.kept > before else self._failures + 1
                wait = self._pause(error)
                if not self._stopping:
                    log.warning("mailbox_lost", channel=self._name, fault=type(error).__name__, again_in=round(wait, 1))
            finally:
                await self._in_thread(session.close)
            await self._sleep(wait)

    async def _stay(self, session: Session, drain: Drain, deliver: Deliver) -> None:
        """What comes while we fetch is announced among the answers to that: only a look that finds nothing is the last."""
        while not self._stopping:
            try:
                taken = await drain.take_in(session, deliver)
            except TryLater:
                await self._sleep(STORE_SECONDS)
                continue
            self.trouble.end()
            if not taken:
                self._failures = 0
                await self._wait_for_more(session)

    async def _wait_for_more(self, session: Session) -> None:
        """Until the server says something, or the poll is due."""
        if not self._options.idle or not await self._in_thread(session.can_idle):
            await self._sleep(self._options.poll_seconds)
            return
        if not await self._in_thread(session.idle):
            return
        self._idling = True
        end = self._tools.clock.now() + timedelta(seconds=self._options.poll_seconds)
        while not self._stopping and self._tools.clock.now() < end:
            if await self._in_thread(session.notices):
                break
        self._idling = False
        await self._in_thread(session.end_idle)

    async def _sleep(self, seconds: float) -> None:
        """In slices, so that stopping is quick."""
        while seconds > 0 and not self._stopping:
            await self._tools.clock.sleep(min(seconds, 0.5))
            seconds -= 0.5

    def _after_refusal(self) -> float:
        """A token may have ended early: a new one is tried at once. What is refused then waits for people."""
        self._refusals += 1
        if self._tokens:
            self._tokens.forget()
            if self._refusals == 1:
                return 1.0
        log.error("mailbox_login_refused", channel=self._name)
        self._refusals = 0
        return REFUSED_SECONDS

    def _pause(self, error: Exception) -> float:
        """Growing waits with chance in them; what the server asks for counts more."""
        growing = min(LONGEST_PAUSE, 2.0 ** min(self._failures, 6)) * (0.5 + self._tools.ids.jitter() / 2)
        asked = BACKOFF.search(str(error))
        return max(growing, min(LONGEST_ASKED, int(asked[1]) / 1000)) if asked else growing

    def _session(self) -> Session:
        options, data = self._options, self._tools.data
        server = Server(
            host=options.host,
            port=options.port,
            tls=options.tls,
            ca_file=str(data / options.ca_file) if options.ca_file else "",
            user=options.user,
            folder=options.folder,
        )
        return Session(server, password=self._password, token=self._tokens.token if self._tokens else None)

    def _password(self) -> str:
        """Read again at every login, so that it can be changed without a restart."""
        file = self._options.password_file
        return (self._tools.data / file).read_text(encoding="utf-8").strip() if file else ""

    def _habits(self) -> Habits:
        o = self._options
        return Habits(account=self._name, folder=o.folder, after=o.after, move_to=o.move_to, max_size=o.max_size)

    async def _in_thread(self, fn: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, fn)


def build(name: str, options: Options, tools: Tools) -> Mailbox:
    """The mailbox. Whoever wires it sets `bookmarks`."""
    return Mailbox(name, options, tools)
