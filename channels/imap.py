"""Mailboxes on IMAP servers (RFC 9051; IDLE RFC 2177; XOAUTH2).

The database, not a flag in the mailbox, knows what was taken in: a watermark of UIDVALIDITY and UID. Messages are peeked at in
batches, one at a time where a batch fails, kept, and only then flagged or moved. IDLE is a hint that wakes us; a poll is the
truth. A first visit to a full mailbox is quiet: nobody gets a letter about mail older than a day.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal, Protocol, TypeVar

import structlog

from channels import Tools
from channels._imap_session import GONE, Fetched, Refused, Server, Session
from channels._oauth import OAuth, TokenSource
from intake.message import RawMessage
from intake.ports import Deliver

log = structlog.get_logger()
T = TypeVar("T")
A_DAY = timedelta(days=1)
BATCH = 50
BATCH_BYTES = 8_000_000
TRIES = 3  # before a message that cannot be fetched is told to people instead
BACKOFF = re.compile(r"Suggested Backoff Time: (\d{1,9})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """One mailbox."""

    host: str
    user: str
    port: int = 993
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    ca_file: str = ""  # for a private certificate authority
    password_file: str = ""  # relative to the data folder
    oauth: OAuth | None = None
    folder: str = "INBOX"
    after: Literal["flag", "move", "leave"] = "flag"  # what happens in the mailbox to a message that was kept
    move_to: str = "Answerable"
    poll_seconds: int = 60  # between looks, whether or not IDLE said anything
    idle: bool = True
    max_size: int = 50_000_000  # of larger ones only the head is taken, and the message left where it is


@dataclass(frozen=True, kw_only=True, slots=True)
class Bookmark:
    """How far a mailbox was read."""

    uidvalidity: int
    uid: int


class Bookmarks(Protocol):
    """Where bookmarks are kept. Whoever wires the channel sets `Mailbox.bookmarks`."""

    async def read(self, account: str) -> Bookmark | None: ...

    async def write(self, account: str, bookmark: Bookmark) -> None: ...


class Mailbox:
    """Takes in what arrives in one mailbox, over one connection in one thread of its own."""

    bookmarks: Bookmarks

    def __init__(self, name: str, options: Options, tools: Tools) -> None:
        self._name = name
        self._options = options
        self._tools = tools
        self._tokens = TokenSource(options.oauth, tools.clock, tools.data) if options.oauth else None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"imap-{name}")
        self._stopping = False
        self._failures: dict[int, int] = {}  # UIDs whose fetching was begun and did not succeed, and how often

    async def open(self) -> None:
        """Nothing is listened on."""

    async def probe(self) -> list[str]:
        """Log in and select, once."""
        session = self._session()
        try:
            await self._in_thread(session.open)
        except Refused:
            return [f"channel {self._name}: {self._options.host} refuses the login of {self._options.user}."]
        except GONE as error:
            return [f"channel {self._name}: {self._options.host} port {self._options.port}: {type(error).__name__}."]
        finally:
            await self._in_thread(session.close)
        return []

    async def receive(self, deliver: Deliver) -> None:
        """Visit the mailbox until cancelled; a message that is being taken in is finished first."""
        self._stopping = False
        visiting = asyncio.create_task(self._visit_for_ever(deliver))
        try:
            await asyncio.shield(visiting)
        except asyncio.CancelledError:
            self._stopping = True
            await visiting
            raise
        finally:
            self._stopping = True

    async def _visit_for_ever(self, deliver: Deliver) -> None:
        failures = 0
        while not self._stopping:
            session = self._session()
            wait = 0.0
            try:
                await self._in_thread(session.open)
                failures = 0
                log.info("mailbox_open", channel=self._name)
                await self._stay(session, deliver)
            except Refused:
                wait = 300.0
                self._forget_token()
                log.error("mailbox_login_refused", channel=self._name)
            except Exception as error:  # whatever it was: the message is still in the mailbox, and a new visit finds it
                failures += 1
                wait = self._pause(error, failures)
                log.warning("mailbox_lost", channel=self._name, fault=type(error).__name__, again_in=round(wait, 1))
            finally:
                await self._in_thread(session.close)
            await self._sleep(wait)

    async def _stay(self, session: Session, deliver: Deliver) -> None:
        while not self._stopping:
            await self._take_in(session, deliver)
            await self._wait_for_more(session)

    async def _take_in(self, session: Session, deliver: Deliver) -> None:
        """Everything above the watermark, in order."""
        mark = await self.bookmarks.read(self._name)
        known = mark is not None and mark.uidvalidity == session.uidvalidity
        last = mark.uid if mark and known else 0
        uids = await self._in_thread(partial(session.after, last))
        for batch in await self._batches(session, uids):
            if self._stopping:
                return
            await self._keep(session, batch, deliver, quiet_history=not known)
            await self.bookmarks.write(self._name, Bookmark(uidvalidity=session.uidvalidity, uid=batch[-1]))

    async def _batches(self, session: Session, uids: Sequence[int]) -> list[list[int]]:
        """Cut by number and by size, so that one large message does not fill memory with its neighbours.

        After a batch has failed, messages go one by one until the bad one is found: it delays nobody else.
        """
        limit = 1 if self._failures else BATCH
        batches: list[list[int]] = []
        room = 0
        for chunk in _chunks(uids, 500):
            sizes = await self._in_thread(partial(session.sizes, chunk))
            for uid in chunk:
                size = sizes.get(uid, 0)
                if not batches or len(batches[-1]) >= limit or size > room:
                    batches.append([])
                    room = BATCH_BYTES
                batches[-1].append(uid)
                room -= size
        return batches

    async def _keep(self, session: Session, batch: list[int], deliver: Deliver, *, quiet_history: bool) -> None:
        fetched = await self._fetch(session, batch)
        raws = [self._raw(session, message, quiet_history=quiet_history) for message in fetched]
        if not raws:
            return
        await deliver(raws)
        await self._file_away(session, [message.uid for message in fetched if message.whole])

    async def _fetch(self, session: Session, batch: list[int]) -> list[Fetched]:
        """The batch; of a message above the size limit only the head."""
        now = self._tools.clock.now()
        if self._failures.get(batch[0], 0) >= TRIES:
            log.error("message_unfetchable", channel=self._name, uid=batch[0])
            del self._failures[batch[0]]
            return [Fetched(uid=batch[0], blob=_stand_in(self._options.folder, batch[0]), received_at=now, whole=False)]
        sizes = await self._in_thread(partial(session.sizes, batch))
        large = [uid for uid in batch if sizes.get(uid, 0) > self._options.max_size]
        normal = [uid for uid in batch if uid not in large]
        for uid in batch:
            self._failures[uid] = self._failures.get(uid, 0) + 1
        fetched = await self._in_thread(partial(session.fetch, large, now=now, head_only=True)) if large else []
        fetched += await self._in_thread(partial(session.fetch, normal, now=now)) if normal else []
        for uid in batch:
            del self._failures[uid]
        return fetched

    def _raw(self, session: Session, message: Fetched, *, quiet_history: bool) -> RawMessage:
        old = message.received_at < self._tools.clock.now() - A_DAY
        return RawMessage(
            channel="imap",
            account=self._name,
            source_id=f"{self._options.folder}:{session.uidvalidity}:{message.uid}",
            blob=message.blob,
            received_at=message.received_at,
            quiet=quiet_history and old,
        )

    async def _file_away(self, session: Session, uids: list[int]) -> None:
        """The message is kept: what fails now costs nothing but tidiness."""
        try:
            if self._options.after == "flag" and uids:
                await self._in_thread(partial(session.flag, uids))
            elif self._options.after == "move" and uids:
                await self._in_thread(partial(session.move, uids, self._options.move_to))
        except GONE as error:
            log.warning("mailbox_not_tidied", channel=self._name, fault=type(error).__name__, messages=len(uids))

    async def _wait_for_more(self, session: Session) -> None:
        """Until the server says something, or the poll is due."""
        if not self._options.idle or not await self._in_thread(session.can_idle):
            await self._sleep(self._options.poll_seconds)
            return
        await self._in_thread(session.idle)
        end = self._tools.clock.now() + timedelta(seconds=self._options.poll_seconds)
        while not self._stopping and self._tools.clock.now() < end:
            if await self._in_thread(session.notices):
                break
        await self._in_thread(session.end_idle)

    async def _sleep(self, seconds: float) -> None:
        """In slices, so that stopping is quick."""
        while seconds > 0 and not self._stopping:
            await self._tools.clock.sleep(min(seconds, 0.5))
            seconds -= 0.5

    def _pause(self, error: Exception, failures: int) -> float:
        """Growing waits with chance in them; what the server asks for counts more."""
        asked = BACKOFF.search(str(error))
        growing = min(60.0, 2.0 ** min(failures, 6)) * (0.5 + self._tools.ids.jitter() / 2)
        return max(growing, int(asked[1]) / 1000) if asked else growing

    def _session(self) -> Session:
        options = self._options
        server = Server(
            host=options.host,
            port=options.port,
            tls=options.tls,
            ca_file=options.ca_file,
            user=options.user,
            folder=options.folder,
        )
        file = self._tools.data / options.password_file
        password = file.read_text(encoding="utf-8").strip() if options.password_file else ""
        return Session(server, password=password, token=self._tokens.token if self._tokens else None)

    def _forget_token(self) -> None:
        if self._tokens:
            self._tokens.forget()

    async def _in_thread(self, fn: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, fn)


def _chunks(uids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), size):
        yield uids[start : start + size]


def _stand_in(folder: str, uid: int) -> bytes:
    """What stands in the register for a message that the server would not hand out: people can look for it there."""
    return f"Subject: A message that could not be fetched\r\n\r\nFolder {folder}, UID {uid}.\r\n".encode()


def build(name: str, options: Options, tools: Tools) -> Mailbox:
    """The mailbox. Whoever wires it sets `bookmarks`."""
    return Mailbox(name, options, tools)
