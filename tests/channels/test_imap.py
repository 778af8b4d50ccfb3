"""The IMAP channel against a real Dovecot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from channels.imap import Bookmark
from intake.ports import Deliver, TryLater
from tests.channels.contract import Answer, ChannelContract, Desk
from tests.channels.mailboxes import USERS, Shelf, build, mail, running, seen, until
from tests.servers import dovecot
from tests.servers.dovecot import Dovecot


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot.running() as running:
        yield running


@dataclass(frozen=True)
class Box:
    """A mailbox, the channel that reads it, and somebody who looks at it from outside."""

    server: Dovecot
    user: str
    task: asyncio.Task[None]
    failed: asyncio.Event  # a delivery failed

    async def offer(self, words: str) -> Answer:
        self.failed.clear()
        await asyncio.to_thread(self._put, words)
        for _ in range(150):
            if "\\Seen" in (await asyncio.to_thread(self.server.flags, self.user))[-1]:
                return Answer.ACCEPTED
            if self.failed.is_set():
                return Answer.LATER
            await asyncio.sleep(0.1)
        raise AssertionError("nothing happened to the message")

    def _put(self, words: str) -> None:
        """A second attempt finds the message where the first one left it."""
        with self.server.client(self.user) as client:
            _, (found,) = client.search(None, "BODY", f'"{words}"')
            if not found:
                client.append("INBOX", None, None, mail(words))

    async def stop(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


class TestImap(ChannelContract):
    # Nothing is refused on a mailbox: what becomes of a large message has a test of its own below.
    test_a_message_above_the_size_limit_is_not_delivered_and_blocks_nothing = None

    @pytest.fixture(autouse=True)
    def _mailbox(self, server: Dovecot, tmp_path: Path) -> None:
        self.server = server
        self.folder = tmp_path

    @asynccontextmanager
    async def running(self, deliver: Deliver) -> AsyncIterator[Box]:
        user = next(USERS)
        channel = build(self.server.port, user, self.folder)
        failed = asyncio.Event()

        async def watched(messages):
            try:
                return await deliver(messages)
            except Exception:
                failed.set()
                raise

        async with running(channel, watched) as task:
            yield Box(server=self.server, user=user, task=task, failed=failed)


async def test_mail_that_waited_is_taken_in_in_the_order_it_came(server: Dovecot, tmp_path: Path) -> None:
    user, desk = next(USERS), Desk()
    for number in range(3):
        server.append(user, mail(f"number {number}"))
    async with running(build(server.port, user, tmp_path), desk.deliver):
        await until(desk, 3)
    assert [b"number %d" % n in m.blob for n, m in enumerate(desk.messages)] == [True] * 3
    assert all("\\Seen" in flags and "$Answerable" in flags for flags in server.flags(user))


async def test_no_log_of_a_library_shows_what_is_read(
    server: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """imapclient writes every answer of a server to its own, and takes longer for it than for reading."""
    user, desk = next(USERS), Desk()
    server.append(user, mail("the kettle leaks"))
    with caplog.at_level(logging.DEBUG):
        async with running(build(server.port, user, tmp_path), desk.deliver):
            await until(desk, 1)
    assert "kettle" not in caplog.text


async def test_a_message_that_was_not_kept_stays_unseen(server: Dovecot, tmp_path: Path) -> None:
    """mail_room #75: a fetch that marks mail as read before it is kept loses it in a crash."""
    user, desk = next(USERS), Desk()
    desk.fault = TryLater()
    server.append(user, mail("the kettle leaks"))
    async with running(build(server.port, user, tmp_path), desk.deliver):
        await asyncio.wait_for(desk.begun.wait(), 20)
        await asyncio.sleep(0.3)
    assert "\\Seen" not in server.flags(user)[0]


async def test_l09_the_first_visit_to_a_full_mailbox_is_quiet_about_old_mail_only(
    server: Dovecot, tmp_path: Path
) -> None:
    """zammad #539: a first connection imported years of mail and wrote to thousands of people."""
    user, desk = next(USERS), Desk()
    server.append(user, mail("years ago"), internal_date='"01-Feb-2019 10:00:00 +0000"')
    server.append(user, mail("just now"))
    async with running(build(server.port, user, tmp_path), desk.deliver):
        await until(desk, 2)
    assert [m.quiet for m in desk.messages] == [True, False]
    assert desk.messages[0].received_at.isoformat() == "2019-02-01T10:00:00+00:00"


async def test_what_people_read_or_flagged_meanwhile_is_taken_in_all_the_same(server: Dovecot, tmp_path: Path) -> None:
    """FreeScout #3406: mail that somebody had read was passed over."""
    user, desk = next(USERS), Desk()
    server.append(user, mail("read by a colleague"))
    with server.client(user) as client:
        client.store("1", "+FLAGS", "\\Seen \\Flagged")
    async with running(build(server.port, user, tmp_path), desk.deliver):
        await until(desk, 1)
    assert len(desk.messages) == 1


async def test_a_restart_goes_on_where_it_stopped(server: Dovecot, tmp_path: Path) -> None:
    user, desk = next(USERS), Desk()
    server.append(user, mail("before"))
    channel = build(server.port, user, tmp_path)
    async with running(channel, desk.deliver):
        await until(desk, 1)
    server.append(user, mail("after"))
    again = build(server.port, user, tmp_path)
    again.bookmarks = channel.bookmarks
    async with running(again, desk.deliver):
        await until(desk, 2)
        await asyncio.sleep(0.3)
    assert [b"before" in m.blob for m in desk.messages] == [True, False]


async def test_mail_that_bears_our_mark_though_nothing_is_known_of_it_was_taken_in_before(
    server: Dovecot, tmp_path: Path
) -> None:
    """The database was put back to an earlier day: whoever was acknowledged since must not be a second time."""
    user, first, desk = next(USERS), Desk(), Desk()
    server.append(user, mail("before"))
    async with running(build(server.port, user, tmp_path, after="flag"), first.deliver):
        await until(first, 1)
        await seen(lambda: "$Answerable" in server.flags(user)[0])
    server.append(user, mail("after"))
    async with running(build(server.port, user, tmp_path, after="flag"), desk.deliver):
        await until(desk, 2)
    assert [m.envelope.taken_in for m in (*first.messages, *desk.messages)] == [False, True, False]


async def test_a_changed_uidvalidity_reads_the_mailbox_again_under_new_names(server: Dovecot, tmp_path: Path) -> None:
    """paperless #8939: mail was lost because UIDVALIDITY was ignored. What comes twice is recognised by its content."""
    user, desk = next(USERS), Desk()
    server.append(user, mail("one"))
    channel = build(server.port, user, tmp_path)
    channel.bookmarks = Shelf(kept={"desk/INBOX": Bookmark(uidvalidity=1, uid=900)})
    async with running(channel, desk.deliver):
        await until(desk, 1)
    assert desk.messages[0].source_id.startswith("INBOX:")
    assert ":1:" not in desk.messages[0].source_id


async def test_kept_mail_is_moved_where_the_settings_say(server: Dovecot, tmp_path: Path) -> None:
    user, desk = next(USERS), Desk()
    server.append(user, mail("tidy me away"))
    async with running(build(server.port, user, tmp_path, after="move", move_to="Handled"), desk.deliver):
        await until(desk, 1)
        for _ in range(100):
            if len(server.flags(user)) == 0:
                break
            await asyncio.sleep(0.05)
    assert len(server.flags(user, "Handled")) == 1


async def test_a_message_too_large_is_told_by_its_head_and_left_in_the_mailbox(server: Dovecot, tmp_path: Path) -> None:
    user, desk = next(USERS), Desk()
    server.append(user, mail("x" * 5000))
    server.append(user, mail("small"))
    async with running(build(server.port, user, tmp_path, max_size=3000), desk.deliver):
        await until(desk, 2)
        await asyncio.sleep(0.3)
    large = next(m for m in desk.messages if b"jo@customer.example" in m.blob and b"small" not in m.blob)
    assert len(large.blob) < 3000
    assert "\\Seen" not in server.flags(user)[0]


async def test_probing_names_a_refused_login(server: Dovecot, tmp_path: Path) -> None:
    channel = build(server.port, next(USERS), tmp_path)
    assert await channel.probe() == []
    (tmp_path / "password").write_text("wrong")
    (fault,) = await channel.probe()
    assert "refuses the login" in fault
