"""Which mailboxes this node reads: its share of those that all living nodes can read, each read by one of them at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog

from intake.ports import Clock
from store import mailbox
from store.database import Store
from workers.receiver import Keeper, Reception
from workers.runner import Runner
from workers.shelves import Bookmarks

if TYPE_CHECKING:
    from channels.imap import Mailbox  # loaded where a mailbox is read, and only there

log = structlog.get_logger()


class Mailboxes(Runner):
    """Gives a mailbox away only when it has stopped reading it, and takes only what nobody has."""

    name = "mailboxes"
    poll_seconds = 2.0

    def __init__(
        self, store: Store, boxes: Mapping[str, Mailbox], reception: Reception, keeper: Keeper, clock: Clock
    ) -> None:
        super().__init__()
        self._store = store
        self._boxes = boxes
        self._reception = reception
        self._keeper = keeper
        self._clock = clock
        self._reading: set[str] = set()
        self._offered = False

    async def once(self) -> int:
        if not self._offered:
            await self._store.write(lambda tx: mailbox.offer(tx, self._store.node, self._boxes))
            self._offered = True
        node = self._store.node
        for account, share in (await self._store.read(mailbox.shares)).items():
            if share.heir == node and account not in self._reading:
                await self._take(account)
            elif share.heir != node and share.owner == node:
                await self._leave(account)
        return 0

    async def _take(self, account: str) -> None:
        tenure = await self._store.write(lambda tx: mailbox.take(tx, account, self._store.node))
        if tenure is not None:
            box = self._boxes[account]
            box.bookmarks = Bookmarks(self._store, self._clock, tenure)
            self._reception.begin(account, box, self._keeper.guarded(lambda tx: mailbox.confirm(tx, tenure)))
            self._reading.add(account)
            log.info("mailbox_taken", channel=account, epoch=tenure.epoch)

    async def _leave(self, account: str) -> None:
        await self._reception.end(account)
        self._reading.discard(account)
        await self._store.write(lambda tx: mailbox.leave(tx, account, self._store.node))
        log.info("mailbox_left", channel=account)
