"""What tests of the IMAP channel share: mailboxes, mail in them, and a channel that reads them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from channels import Tools, imap
from channels.imap import Bookmark
from intake.ports import Deliver
from tests.channels.contract import Desk
from tests.harbour import POLICY, FakeIds
from workers.clock import SystemClock

USERS = (f"desk{number}" for number in itertools.count())


@dataclass
class Shelf:
    """Bookmarks in memory."""

    kept: dict[str, Bookmark] = field(default_factory=dict)

    async def read(self, account: str) -> Bookmark | None:
        return self.kept.get(account)

    async def write(self, account: str, bookmark: Bookmark) -> None:
        self.kept[account] = bookmark


def mail(words: str) -> bytes:
    return (
        f"From: Jo Marsh <jo@customer.example>\r\nTo: help@harbour.example\r\nSubject: {words[:40]}\r\n"
        f"Message-ID: <{abs(hash(words))}@customer.example>\r\n\r\n{words}\r\n"
    ).encode()


def build(port: int, user: str, folder: Path, name: str = "desk", **options: object) -> imap.Mailbox:
    (folder / "password").write_text("secret\n")
    usual = {"host": "127.0.0.1", "port": port, "tls": "none", "password_file": "password", "poll_seconds": 3}
    settings = imap.Options(user=user, **(usual | options))
    channel = imap.build(name, settings, Tools(clock=SystemClock(), ids=FakeIds(), policy=POLICY, data=folder))
    channel.bookmarks = Shelf()
    return channel


@asynccontextmanager
async def running(channel: imap.Mailbox, deliver: Deliver) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(channel.receive(deliver))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(desk: Desk, count: int) -> None:
    await seen(lambda: len(desk.messages) >= count)


async def seen(true: Callable[[], bool]) -> None:
    """Wait until it is true; half a minute at most, because these are real servers."""
    for _ in range(600):
        if await asyncio.to_thread(true):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came to be true")
