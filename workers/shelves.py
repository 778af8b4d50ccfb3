"""What channels keep in the store: how far a mailbox was read, and what was said in a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels._conversation import Entry, answered, said
from intake.ports import Clock
from store import conversations, mailbox
from store.database import Store
from store.mailbox import Tenure
from store.writer import Tx

if TYPE_CHECKING:
    from channels.imap import Bookmark


class Bookmarks:
    """Of one mailbox, for as long as this node reads it."""

    def __init__(self, store: Store, clock: Clock, tenure: Tenure) -> None:
        self._store = store
        self._clock = clock
        self._tenure = tenure

    async def read(self, account: str) -> Bookmark | None:
        from channels.imap import Bookmark  # loaded where a mailbox is read, and only there

        cursor = await self._store.read(lambda tx: mailbox.cursor(tx, account))
        return Bookmark(uidvalidity=cursor.uidvalidity, uid=cursor.uid) if cursor else None

    async def write(self, account: str, bookmark: Bookmark) -> None:
        now = self._clock.now()

        def advance(tx: Tx) -> None:
            mailbox.confirm(tx, self._tenure)
            mailbox.advance(tx, account, uidvalidity=bookmark.uidvalidity, uid=bookmark.uid, now=now)

        await self._store.write(advance)


class Conversations:
    """Of one chat channel."""

    def __init__(self, store: Store, *, account: str) -> None:
        self._store = store
        self._account = account

    async def entries(self, conversation: str, after: int) -> list[Entry]:
        found = await self._store.read(lambda tx: conversations.since(tx, self._account, conversation, after))
        return [
            said(line.position, line.blob) if line.inbound else answered(line.position, line.submission)
            for line in found
        ]
