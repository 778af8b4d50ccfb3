"""Having the files of every message scanned between its receipt and its decision, before any of them can reach anybody.

What is scanned are the files as we read them, not the mail as it came: nobody can hide one by writing a mail that two programs
read apart. While the scanner is away messages with files wait for it, but not for ever: a customer is heard without them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from config.settings import Scanner as Options
from intake.message import Attachment, Scanned
from intake.policy import Policy
from intake.ports import Clock, TryLater
from store import inbound, scanning
from store.database import Store
from store.inbound import Claimed
from workers.deciding.reading import Reader
from workers.edge.clamd import Clamd, Unanswered
from workers.edge.inspection import Inspection
from workers.watching.metrics import SCANNED

log = structlog.get_logger()
AGAIN = timedelta(seconds=30)  # between two questions about a message
UNSCANNED = Scanned(verdict="unscanned")


class Scanner(Inspection):
    """Every message is scanned once. Most have no files, and wait for nobody."""

    name = "scanner"
    at_once = 50
    questions = 8  # at a time: clamd has ten threads

    def __init__(
        self, store: Store, clamd: Clamd, options: Options, policy: Policy, clock: Clock, scanned: Callable[[], None]
    ) -> None:
        super().__init__(store, clock, scanning.claim)
        self._clamd = clamd
        self._max_size = options.max_size
        self._patience = timedelta(minutes=options.patience_minutes)
        self._reader = Reader(policy)
        self._scanned = scanned
        self._questions = asyncio.Semaphore(self.questions)
        self._waiting: dict[int, datetime] = {}  # since when, by message

    async def finish(self) -> None:
        await super().finish()
        await self._reader.close()

    async def inspect(self, claimed: Claimed) -> None:
        try:
            await self._keep(claimed.inbound_id, await self._verdict(claimed))
        except Unanswered:
            await self._put_off(claimed.inbound_id)
        except TryLater:
            pass  # the database is away: it is taken up again

    async def _verdict(self, claimed: Claimed) -> Scanned:
        """What is said about all its files. Raises Unanswered where it is worth asking again."""
        if claimed.claims > inbound.SUSPECT_AFTER:
            return UNSCANNED
        read = (await self._reader.read([claimed]))[claimed.inbound_id]
        if isinstance(read, Exception):
            return UNSCANNED  # a fault of ours, which triage will meet and tell
        try:
            return await self._scan(read.message.attachments)
        except Unanswered:
            since = self._waiting.setdefault(claimed.inbound_id, self._clock.now())
            if self._clock.now() - since < self._patience:
                raise
            return UNSCANNED

    async def _scan(self, files: Sequence[Attachment]) -> Scanned:
        if any(file.size > self._max_size for file in files):
            return UNSCANNED
        contents = {file.sha256: file.content for file in files if file.content}
        said = await asyncio.gather(*map(self._ask, contents.values()))
        found = tuple(dict.fromkeys(filter(None, said)))
        return Scanned(verdict="infected" if found else "clean", found=found)

    async def _ask(self, content: bytes) -> str:
        async with self._questions:
            return await self._clamd.scan(content)

    async def _keep(self, inbound_id: int, said: Scanned) -> None:
        await self._store.write(lambda tx: scanning.keep(tx, inbound_id, said))
        self._waiting.pop(inbound_id, None)
        SCANNED.labels(verdict=said.verdict).inc()
        log.info("message_scanned", inbound_id=inbound_id, verdict=said.verdict, found=list(said.found))
        self._scanned()

    async def _put_off(self, inbound_id: int) -> None:
        until = self._clock.now() + AGAIN
        await self._store.write(lambda tx: scanning.put_off(tx, inbound_id, until=until))
        log.warning("scan_put_off", inbound_id=inbound_id)
