"""Taking in what a mailbox holds: in batches, each kept before anything in the mailbox changes.

The bookmark says how far the mailbox was read; a second one how far its history goes, of which nobody is told. Where a batch
fails its messages go one by one. The bad one waits for its next try, the longer the more often it failed, and those behind it go
on. Meanwhile the bookmark stays before it: after a restart they are read again, and known. In the end people are told of it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, Protocol, TypeVar

import structlog

from channels._imap_session import GONE, Fetched, Session
from channels._stand_in import TOO_LARGE, WITHHELD, stand_in
from intake.message import Envelope, RawMessage
from intake.ports import Clock, Deliver

log = structlog.get_logger()
T = TypeVar("T")
A_DAY = timedelta(days=1)
CHUNK = 500  # UIDs in one command
BATCH = 50
BATCH_BYTES = 8_000_000
TRIES = 3  # for the whole of a message, then as many for its head
A_WHILE = timedelta(minutes=1)  # until a message that failed by itself is tried again; each time four times as long
UNTIDY = 1000  # messages that are flagged or moved later because it failed


@dataclass(frozen=True, kw_only=True, slots=True)
class Bookmark:
    """How far a mailbox was read."""

    uidvalidity: int
    uid: int


class Bookmarks(Protocol):
    """Where bookmarks are kept. Whoever wires the channel sets `Mailbox.bookmarks`."""

    async def read(self, account: str) -> Bookmark | None: ...

    async def write(self, account: str, bookmark: Bookmark) -> None: ...


class InThread(Protocol):
    """Runs what blocks in the one thread of a mailbox."""

    async def __call__(self, fn: Callable[[], T], /) -> T: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """What is read, and what then happens to it in the mailbox."""

    account: str
    folder: str
    after: Literal["flag", "move", "leave"]
    move_to: str
    max_size: int  # bytes


class Drain:
    """One mailbox's, over all its connections. `kept` counts the messages that were taken in whole."""

    def __init__(self, habits: Habits, bookmarks: Bookmarks, clock: Clock, in_thread: InThread) -> None:
        self._habits, self._bookmarks, self._clock, self._in_thread = habits, bookmarks, clock, in_thread
        self._place = f"{habits.account}/{habits.folder}"
        self._uidvalidity = 0
        self._history = 0  # the last UID that was there when the mailbox was first seen, or seen anew
        self._taken_in: set[int] = set()  # messages that were marked by us then
        self._tries: Counter[int] = Counter()  # of messages whose fetching was begun and did not succeed
        self._waiting: dict[int, datetime] = {}  # messages that failed by themselves, until then
        self._ahead: set[int] = set()  # messages that were kept beyond the bookmark
        self._sizes_fail = False
        self._untidy: set[int] = set()
        self.kept = 0
        self.stopping = False

    async def take_in(self, session: Session, deliver: Deliver) -> int:
        """Everything above the bookmark that is due, in order. Returns how many messages; raises whatever goes wrong."""
        last = await self._last(session)
        there = await self._in_thread(partial(session.after, last))
        await self._find_history(session, last, there)
        uids = self._due(there)
        await self._file_away(session, [])
        taken = 0
        keeping: asyncio.Task[int] | None = None
        try:
            async for batch in self._batches(session, uids):
                if self.stopping:
                    break
                fetched = await self._fetch(session, batch)
                taken += await keeping if keeping else 0
                keeping = asyncio.create_task(self._keep(session, batch, fetched, deliver))
        finally:  # the last batch is kept while the next one is fetched, whatever becomes of that
            taken += await keeping if keeping else 0
        return taken

    async def _last(self, session: Session) -> int:
        """The last UID that was read; 0 in a mailbox that we do not know, or that was numbered anew."""
        if session.uidvalidity != self._uidvalidity:
            self._tries.clear()
            self._waiting.clear()
            self._ahead.clear()
            self._untidy.clear()
        mark = await self._bookmarks.read(self._place)
        return mark.uid if mark and mark.uidvalidity == session.uidvalidity else 0

    async def _find_history(self, session: Session, last: int, uids: Sequence[int]) -> None:
        """A bookmark of its own, because importing a full mailbox outlives connections and even processes."""
        if session.uidvalidity == self._uidvalidity:
            return
        place = f"{self._place}/history"
        mark = await self._bookmarks.read(place)
        if mark is None or mark.uidvalidity != session.uidvalidity:
            mark = Bookmark(uidvalidity=session.uidvalidity, uid=max(uids, default=0) if last == 0 else 0)
            await self._bookmarks.write(place, mark)
        self._taken_in = await self._in_thread(partial(session.marked, last))
        self._history, self._uidvalidity = mark.uid, session.uidvalidity

    def _due(self, there: Sequence[int]) -> list[int]:
        """What was neither kept already nor has failed a short while ago. Of what was deleted nothing is remembered."""
        now = self._clock.now()
        self._waiting = {uid: until for uid in there if (until := self._waiting.get(uid))}
        return [uid for uid in there if uid not in self._ahead and self._waiting.get(uid, now) <= now]

    async def _batches(self, session: Session, uids: Sequence[int]) -> AsyncIterator[dict[int, int]]:
        """Sizes by UID."""
        for chunk in _chunks(uids, CHUNK):
            for batch in cut(await self._sizes(session, chunk), alone=self._tries):
                yield batch

    async def _sizes(self, session: Session, uids: Sequence[int]) -> dict[int, int]:
        """Where the server fails even at this, every message is asked for by itself to find the one at fault."""
        if self._sizes_fail:
            return dict.fromkeys(uids, BATCH_BYTES)
        self._sizes_fail = True
        sizes = await self._in_thread(partial(session.sizes, uids))
        self._sizes_fail = False
        return sizes

    async def _keep(
        self, session: Session, batch: Collection[int], fetched: Sequence[Fetched], deliver: Deliver
    ) -> int:
        """Commit a batch, tidy the mailbox, and say how far it was read."""
        if fetched:
            await deliver([self._raw(session, message) for message in fetched])
        whole = [message.uid for message in fetched if message.whole]
        self.kept += len(whole)
        await self._file_away(session, whole)
        await self._bookmarks.write(self._place, Bookmark(uidvalidity=session.uidvalidity, uid=self._read_up_to(batch)))
        return len(fetched)

    def _read_up_to(self, batch: Collection[int]) -> int:
        """The bookmark's place, now that this batch is kept: before whatever still waits."""
        for uid in batch:
            self._waiting.pop(uid, None)
        self._ahead.update(batch)
        last = min([max(self._ahead), *(uid - 1 for uid in self._waiting)])
        self._ahead = {uid for uid in self._ahead if uid > last}
        return last

    async def _fetch(self, session: Session, batch: Mapping[int, int]) -> list[Fetched]:
        """The batch; of a message above the size limit only the head."""
        for uid in batch:
            self._tries[uid] += 1
        try:
            fetched = await self._try(session, batch)
        except Exception:
            self._let_wait(batch)
            raise
        for uid in batch:
            del self._tries[uid]
        return fetched

    def _let_wait(self, batch: Collection[int]) -> None:
        """A message that failed by itself. Of several it is not known which one is at fault: they go one by one, at once."""
        if len(batch) == 1:
            (uid,) = batch
            self._waiting[uid] = self._clock.now() + A_WHILE * 4 ** ((self._tries[uid] - 1) % TRIES)

    async def _try(self, session: Session, batch: Mapping[int, int]) -> list[Fetched]:
        if max(self._tries[uid] for uid in batch) <= TRIES:
            return await self._fetch_all(session, batch)
        (uid,) = batch
        return await self._give_up(session, uid)

    async def _fetch_all(self, session: Session, batch: Mapping[int, int]) -> list[Fetched]:
        large = [uid for uid, size in batch.items() if size > self._habits.max_size]
        normal = [uid for uid in batch if uid not in large]
        fetched = await self._heads(session, large, TOO_LARGE)
        if normal:
            fetched += await self._in_thread(partial(session.fetch, normal, now=self._clock.now()))
        return sorted(fetched, key=lambda message: message.uid)

    async def _give_up(self, session: Session, uid: int) -> list[Fetched]:
        """Its head with a note, or where not even that can be had the note alone."""
        log.error("message_unfetchable", channel=self._habits.account, uid=uid)
        if self._tries[uid] <= 2 * TRIES:
            return await self._heads(session, [uid], WITHHELD)
        blob = stand_in(b"", WITHHELD, folder=self._habits.folder, uid=uid)
        return [Fetched(uid=uid, blob=blob, received_at=self._clock.now(), whole=False)]

    async def _heads(self, session: Session, uids: list[int], why: str) -> list[Fetched]:
        if not uids:
            return []
        heads = await self._in_thread(partial(session.fetch, uids, now=self._clock.now(), head_only=True))
        return [
            Fetched(
                uid=head.uid,
                blob=stand_in(head.blob, why, folder=self._habits.folder, uid=head.uid),
                received_at=head.received_at,
                whole=False,
            )
            for head in heads
        ]

    def _raw(self, session: Session, message: Fetched) -> RawMessage:
        now = self._clock.now()
        return RawMessage(
            channel="imap",
            account=self._habits.account,
            source_id=f"{self._habits.folder}:{session.uidvalidity}:{message.uid}",
            envelope=Envelope(taken_in=message.uid in self._taken_in),
            blob=message.blob,
            fingerprint=message.fingerprint,
            received_at=min(message.received_at, now),
            quiet=message.uid <= self._history and message.received_at < now - A_DAY,
        )

    async def _file_away(self, session: Session, uids: list[int]) -> None:
        """The messages are kept: what fails now costs nothing but tidiness, and is tried again at the next look."""
        if self._habits.after == "leave" or not (uids or self._untidy):
            return
        uids = sorted({*self._untidy, *uids})[-UNTIDY:]
        try:
            if self._habits.after == "flag":
                await self._in_thread(partial(session.flag, uids))
            else:
                await self._in_thread(partial(session.move, uids, self._habits.move_to))
        except GONE as error:
            if not self._untidy:
                log.warning("mailbox_not_tidied", channel=self._habits.account, fault=type(error).__name__)
            self._untidy = set(uids)
        else:
            self._untidy.clear()


def cut(sizes: Mapping[int, int], *, alone: Collection[int]) -> list[dict[int, int]]:
    """Batches by number and by bytes, so that a large message does not fill memory with its neighbours; some go alone."""
    batches: list[dict[int, int]] = []
    room = 0
    for uid, size in sizes.items():
        if not batches or len(batches[-1]) == BATCH or size > room or uid in alone or max(batches[-1]) in alone:
            batches.append({})
            room = BATCH_BYTES
        batches[-1][uid] = size
        room -= size
    return batches


def _chunks(uids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), size):
        yield uids[start : start + size]
