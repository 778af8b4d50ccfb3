"""Mailboxes when servers, networks and other people interfere: nothing is lost, nothing comes twice, nobody waits for long."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels._imap_session import Server, Session
from intake.message import RawMessage
from intake.ports import NoSpace, Receipt
from tests.channels.contract import Desk
from tests.channels.mailboxes import USERS, build, mail, running, seen, until
from tests.servers import dovecot
from tests.servers.dovecot import Dovecot
from tests.servers.proxy import Fault, Proxy, between


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot.running() as running:
        yield running


@pytest.fixture
def user() -> str:
    return next(USERS)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next visit comes at once, and so does the next try."""
    monkeypatch.setattr("channels.imap.LONGEST_PAUSE", 0.0)
    monkeypatch.setattr("channels._imap_drain.A_WHILE", timedelta())


@pytest.fixture
def desk() -> Desk:
    return Desk()


def words(desk: Desk) -> list[str]:
    """What came, without how often."""
    return sorted({message.blob.decode().strip().rpartition("\n")[2] for message in desk.messages})


def names(desk: Desk) -> Counter[str]:
    return Counter(message.source_id for message in desk.messages)


async def quiet(proxy: Proxy) -> int:
    """How many connections come in a second and a half."""
    before = proxy.connections
    await asyncio.sleep(1.5)
    return proxy.connections - before


# Time


async def test_idle_brings_mail_long_before_the_poll_is_due(server: Dovecot, user: str, desk: Desk, tmp_path: Path):
    async with running(build(server.port, user, tmp_path, poll_seconds=3600), desk.deliver):
        for number in range(3):
            await asyncio.to_thread(server.append, user, mail(f"number {number}"))
            await until(desk, number + 1)


async def test_mail_that_comes_while_other_mail_is_taken_in_does_not_wait_for_the_poll(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path
):
    server.append(user, mail("the first"))
    desk.may_finish.clear()
    async with running(build(server.port, user, tmp_path, poll_seconds=3600), desk.deliver):
        await asyncio.wait_for(desk.begun.wait(), 20)
        await asyncio.to_thread(server.append, user, mail("the second"))
        desk.may_finish.set()
        await until(desk, 2)


@pytest.mark.parametrize("state", ["greeting", "login", "fetching", "idle"])
async def test_a_server_that_falls_silent_does_not_hold_up_stopping(
    state: str, server: Dovecot, user: str, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """imapclient #449: a stalled server held its caller for ever."""
    monkeypatch.setattr("channels._imap_session.CONNECT_SECONDS", 2.0)
    monkeypatch.setattr("channels.imap.GRACE_SECONDS", 0.5)
    stall = {"greeting": 0, "login": 30, "fetching": 2000, "idle": None}[state]
    server.append(user, mail("x" * 5000))
    async with (
        between(server.port, Fault(stall_after=stall)) as proxy,
        running(build(proxy.port, user, tmp_path), desk.deliver) as task,
    ):
        await (until(desk, 1) if state == "idle" else asyncio.sleep(1))
        task.cancel()
        await asyncio.wait_for(asyncio.wait({task}), 10)  # The daemon has no longer for all it does at its end.


# Connections that end


@pytest.mark.parametrize("how", ["kick", "kill"])
async def test_a_connection_that_the_server_ends_is_made_again(
    how: str, server: Dovecot, user: str, desk: Desk, tmp_path: Path
):
    """imapclient #565: on a connection that had ended, waiting came back at once and for ever."""
    async with (
        between(server.port) as proxy,
        running(build(proxy.port, user, tmp_path, poll_seconds=3600), desk.deliver),
    ):
        await asyncio.to_thread(server.append, user, mail("before"))
        await until(desk, 1)
        await asyncio.to_thread(getattr(server, how), user)
        await asyncio.to_thread(server.append, user, mail("after"))
        await until(desk, 2)
        assert proxy.connections == 2
    assert set(names(desk).values()) == {1}


async def test_a_server_that_ends_every_connection_is_asked_less_and_less_often(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path
):
    server.append(user, mail("patience"))
    async with (
        between(server.port, Fault(cut_after=300)) as proxy,
        running(build(proxy.port, user, tmp_path), desk.deliver),
    ):
        await seen(lambda: proxy.connections >= 3)
        assert await quiet(proxy) <= 1
        proxy.faults = []
        await until(desk, 1)


@pytest.mark.usefixtures("hurry")
async def test_a_connection_cut_anywhere_loses_nothing_and_doubles_nothing(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path
):
    """P16: the network ends after so many bytes of every visit, wherever in the protocol that is."""
    expected = sorted(f"number {number:03}" for number in range(120))
    server.put(user, [mail(each) for each in expected])
    cuts = [Fault(cut_after=1500 + 6000 * number) for number in range(5)]
    async with between(server.port, *cuts, Fault()) as proxy, running(build(proxy.port, user, tmp_path), desk.deliver):
        await until(desk, len(expected))
    assert words(desk) == expected


@pytest.mark.usefixtures("hurry")
async def test_a_server_that_cannot_be_used_is_in_trouble_until_a_visit_succeeds(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """F-04: the alarm, five minutes of trouble made none."""
    monkeypatch.setattr("channels._trouble.ALARM_AFTER", timedelta())
    async with between(server.port, Fault(cut_after=0)) as proxy:
        channel = build(proxy.port, user, tmp_path)
        assert channel.trouble() == ""
        async with running(channel, desk.deliver):
            await seen(lambda: channel.trouble() == "mailbox_lost")
            proxy.faults = []
            await seen(lambda: channel.trouble() == "")


async def test_while_nothing_can_be_kept_the_mail_stays_unread_and_the_connection_stands(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """F-01, P20: a pause of ours is no fault of the server's, and it must not cost a login every few seconds."""
    monkeypatch.setattr("channels.imap.STORE_SECONDS", 0.1)
    server.append(user, mail("patience"))
    refused: list[int] = []

    async def deliver(messages: Sequence[RawMessage]) -> list[Receipt]:
        if len(refused) < 3:
            refused.append(len(messages))
            raise NoSpace("space")
        return await desk.deliver(messages)

    async with between(server.port) as proxy, running(build(proxy.port, user, tmp_path), deliver):
        await seen(lambda: len(refused) == 3)
        await until(desk, 1)
        assert proxy.connections == 1
    assert refused == [1, 1, 1]


# Messages that cannot be fetched


@pytest.mark.usefixtures("hurry")
async def test_a_message_that_cannot_be_fetched_is_told_to_people_and_delays_nobody(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path
):
    """FreeScout #4740, chatwoot #5081: one bad message blocked its mailbox, or was fetched every minute for ever."""
    for word in ("before", "POISON", "after"):
        server.append(user, mail(word))
    async with (
        between(server.port, Fault(garble=(b"\r\nPOISON\r\n)", b"\r\nPOISON\r\n"))) as proxy,
        running(build(proxy.port, user, tmp_path), desk.deliver),
    ):
        await until(desk, 3)
        await asyncio.sleep(0.5)
    assert [message.source_id.rpartition(":")[2] for message in desk.messages] == ["1", "2", "3"]
    told = desk.messages[1].blob
    assert b"From: Jo Marsh" in told
    assert b"Subject: POISON" in told
    assert b"folder INBOX, message 2" in told
    assert b"after" in desk.messages[2].blob
    assert ["\\Seen" in flags for flags in server.flags(user)] == [True, False, True]


@pytest.mark.usefixtures("hurry")
async def test_a_message_of_which_not_even_the_head_can_be_had_is_told_all_the_same(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path
):
    server.append(user, mail("POISON"))
    async with (
        between(server.port, Fault(garble=(b"BODY[", b"BODX["))) as proxy,
        running(build(proxy.port, user, tmp_path), desk.deliver),
    ):
        await until(desk, 1)
    (told,) = desk.messages
    assert b"folder INBOX, message 1" in told.blob


@pytest.mark.usefixtures("hurry")
async def test_a_message_that_the_server_leaves_out_is_not_taken_for_a_deleted_one(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path
):
    server.append(user, mail("withheld"))
    hidden = Fault(garble=(b"(UID 1 INTERNALDATE", b"(UID 9 INTERNALDATE"))
    async with between(server.port, hidden, Fault()) as proxy, running(build(proxy.port, user, tmp_path), desk.deliver):
        await until(desk, 1)
    assert words(desk) == ["withheld"]


# Mailboxes that change


@pytest.mark.usefixtures("hurry")
async def test_a_server_that_says_no_sizes_is_left_for_a_new_connection(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path
):
    """P16: the mail was taken for deleted at every look, without an alarm, as long as the connection stood."""
    server.append(user, mail("of some size"))
    silent = Fault(garble=(b" FETCH (", b" FE\0CH ("))
    async with between(server.port, silent, Fault()) as proxy, running(build(proxy.port, user, tmp_path), desk.deliver):
        await until(desk, 1)
    assert proxy.connections == 2


async def test_a_mailbox_that_is_numbered_anew_is_read_anew_without_writing_to_anybody(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path
):
    """paperless #8939, K-09: mail was lost because UIDVALIDITY was ignored."""
    old, long_ago = [mail(f"known {number}") for number in range(3)], '"01-Feb-2019 10:00:00 +0000"'
    for blob in old:
        server.append(user, blob, internal_date=long_ago)
    channel = build(server.port, user, tmp_path)
    async with running(channel, desk.deliver):
        await until(desk, 3)
        before = set(names(desk))
        await asyncio.sleep(1.1)  # UIDVALIDITY is made of the time in seconds.
        server.forget_indexes(user)
        await asyncio.to_thread(server.kick, user)
        await asyncio.to_thread(server.append, user, mail("new"))
        await until(desk, 7)
    again = desk.messages[3:]
    assert not before & {message.source_id for message in again}
    assert Counter(message.quiet for message in again) == {True: 3, False: 1}
    assert [message.quiet for message in again if b"new" in message.blob] == [False]


async def test_a_first_import_that_is_interrupted_stays_quiet(server: Dovecot, user: str, desk: Desk, tmp_path: Path):
    """After a restart the second half of the history would be taken for mail that had just come."""
    long_ago = '"01-Feb-2019 10:00:00 +0000"'
    for number in range(3):
        server.append(user, mail(f"number {number}"), internal_date=long_ago)
    channel = build(server.port, user, tmp_path)
    async with running(channel, desk.deliver):
        await until(desk, 3)
    shelf, channel = channel.bookmarks, build(server.port, user, tmp_path)
    channel.bookmarks = shelf
    shelf.kept["desk/INBOX"] = replace(shelf.kept["desk/INBOX"], uid=1)
    server.append(user, mail("moved here today by somebody"), internal_date=long_ago)
    async with running(channel, desk.deliver):
        await until(desk, 6)
    assert [message.quiet for message in desk.messages[3:]] == [True, True, False]


# Other people


async def test_what_others_delete_while_we_read_is_passed_over(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """zammad #1662: flagging a message that was gone made its ticket twice."""
    monkeypatch.setattr("channels._imap_drain.BATCH", 2)
    for number in range(5):
        server.append(user, mail(f"number {number}"))
    desk.may_finish.clear()
    async with running(build(server.port, user, tmp_path), desk.deliver):
        await asyncio.wait_for(desk.begun.wait(), 20)
        await asyncio.to_thread(delete, server, user, "1,5")  # One that we have already read, and one that we have not.
        desk.may_finish.set()
        await until(desk, 4)
        await asyncio.to_thread(server.append, user, mail("number 5"))
        await until(desk, 5)
    assert words(desk) == [f"number {number}" for number in (0, 1, 2, 3, 5)]
    assert set(names(desk).values()) == {1}


def delete(server: Dovecot, user: str, which: str) -> None:
    with server.client(user) as client:
        client.store(which, "+FLAGS", "\\Deleted")
        client.expunge()


# Servers that lack something


async def test_without_move_mail_is_copied_and_only_our_own_is_removed(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path
):
    for word in ("x" * 5000, "ours"):  # The first is too large to be taken in whole, and stays.
        server.append(user, mail(word))
    with server.client(user) as client:
        client.store("1", "+FLAGS", "\\Deleted")
    async with between(server.port, Fault(garble=(b" MOVE ", b" M0VE "))) as proxy:
        channel = build(proxy.port, user, tmp_path, after="move", move_to="Handled", max_size=3000)
        async with running(channel, desk.deliver):
            await seen(lambda: len(server.flags(user, "Handled")) == 1 == len(server.flags(user)))
    assert "\\Deleted" in server.flags(user)[0]


async def test_a_keyword_that_the_server_refuses_costs_nothing_but_the_keyword(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path
):
    """imap_tools #181: Exchange takes no keywords."""
    server.append(user, mail("plain"))
    async with (
        between(server.port, Fault(garble=(b"$Answerable", b"\\Answerable"))) as proxy,
        running(build(proxy.port, user, tmp_path), desk.deliver),
    ):
        await seen(lambda: "\\Seen" in server.flags(user)[0])
    assert len(desk.messages) == 1


async def test_what_could_not_be_flagged_is_flagged_later_and_never_taken_in_twice(
    server: Dovecot, user: str, desk: Desk, tmp_path: Path
):
    """K-06."""
    server.append(user, mail("first"))
    async with (
        between(server.port, Fault(garble=(b"+FLAGS.SILENT", b"+FLAGS.SOLEMN")), Fault()) as proxy,
        running(build(proxy.port, user, tmp_path), desk.deliver),
    ):
        await until(desk, 1)
        await asyncio.to_thread(server.append, user, mail("second"))
        await until(desk, 2)
        proxy.cut()
        await seen(lambda: all("\\Seen" in flags for flags in server.flags(user)))
    assert set(names(desk).values()) == {1}


# Many


async def test_thousands_of_messages_come_in_batches(server: Dovecot, user: str, tmp_path: Path):
    sizes: list[int] = []

    async def deliver(messages: Sequence[RawMessage]) -> list[Receipt]:
        sizes.append(len(messages))
        return []

    server.put(user, (mail(f"number {number}") for number in range(2000)))
    async with running(build(server.port, user, tmp_path), deliver):
        await seen(lambda: sum(sizes) == 2000)
    assert max(sizes) == 50


async def test_mailboxes_do_not_wait_for_each_other(server: Dovecot, tmp_path: Path):
    users, desks = [next(USERS) for _ in range(6)], [Desk() for _ in range(6)]
    desks[0].may_finish.clear()
    for each in users:
        server.append(each, mail(each))
    async with AsyncExitStack() as stack:
        for each, one in zip(users, desks, strict=True):
            await stack.enter_async_context(running(build(server.port, each, tmp_path, name=each), one.deliver))
        for one in desks[1:]:
            await until(one, 1)
        assert not desks[0].messages
        desks[0].may_finish.set()
        await until(desks[0], 1)
    assert [one.messages[0].account for one in desks] == users


def test_a_notice_in_one_packet_with_the_word_to_idle_is_not_overheard() -> None:
    """It lies in a buffer then, and the socket never becomes readable for it: mail would wait for the poll."""
    with scripted(IDLE=b"+ idling\r\n* 1 EXISTS\r\n", DONE=b"%s OK done\r\n") as port:
        server = Server(host="127.0.0.1", port=port, tls="none", ca_file="", user="desk", folder="INBOX")
        session = Session(server, password=lambda: "secret")
        session.open()
        assert session.idle() is False
        session.close()


@contextmanager
def scripted(**words: bytes) -> Iterator[int]:
    """A server that says what it is told to say, and else OK."""
    words = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n%s OK done\r\n",
        "SELECT": b"* OK [UIDVALIDITY 1] ok\r\n%s OK done\r\n",
        **words,
    }

    def serve(listener: socket.socket) -> None:
        link, _ = listener.accept()
        with link, link.makefile("rb") as lines:
            link.sendall(b"* OK ready\r\n")
            tag = b""
            for line in lines:
                first, _, rest = line.strip().partition(b" ")
                word = (rest or first).split(b" ")[0].decode().upper()
                tag = first if rest else tag
                said = words.get(word, b"%s OK done\r\n")
                link.sendall(said % tag if b"%s" in said else said)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)
