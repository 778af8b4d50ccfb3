"""SMTP in, seen from the wire."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from channels._smtp_accounts import account_line
from channels._smtp_content import Budget, read_content
from channels.smtp import Options, build
from intake.ports import CannotListen, NoSpace
from tests.channels.contract import Answer, ChannelContract, Desk
from tests.channels.wire import Client, listening, message, stop, tools


class SmtpWire:
    """One connection a message, as most senders do."""

    def __init__(self, address: tuple[str, int], task: asyncio.Task[None]) -> None:
        self.address, self.task = address, task

    async def offer(self, words: str) -> Answer:
        async with Client.to(self.address) as client:
            reply = await client.mail(message(words, number=len(words)))
        return {"2": Answer.ACCEPTED, "4": Answer.LATER, "5": Answer.REFUSED}[reply[:1]]

    async def stop(self) -> None:
        await stop(self.task)


class TestSmtp(ChannelContract):
    oversized = "x" * 70_000

    @asynccontextmanager
    async def running(self, deliver) -> AsyncIterator[SmtpWire]:
        async with listening(deliver, max_size=60_000) as (listener, task):
            yield SmtpWire(listener.address, task)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path) -> str:
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(tmp_path / "tls.pem")
    return "tls.pem"


# The dialogue


async def test_the_greeting_says_who_we_are_and_not_what_we_run(desk):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        assert client.greeting == "220 harbour.example ESMTP"
        offers = client.offers.split("\n")
        assert offers[0] == "250-harbour.example"
        assert {o[4:].split()[0] for o in offers[1:]} == {
            *("SIZE", "8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES")
        }


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("help@harbour.example", "250 2.1.5"),
        ("HELP@Harbour.Example", "250 2.1.5"),
        ("help+c.hh48291357k.kaaaaaaaaaaaaaaaaaaaaaaaaaa@harbour.example", "250 2.1.5"),
        ("help+never-made@harbour.example", "250 2.1.5"),
        ("help%2Bnever-made@harbour.example", "250 2.1.5"),
        ("complaints@harbour.example", "250 2.1.5"),
        ("postmaster@harbour.example", "250 2.1.5"),
        ("Postmaster", "250 2.1.5"),
        ("@relay.example:help@harbour.example", "250 2.1.5"),
        ("asha@staff.harbour.example", "550 5.1.1"),
        ("nobody@harbour.example", "550 5.1.1"),
        ("help@customer.example", "550 5.1.1"),
        ("postmaster@customer.example", "550 5.1.1"),
        ("defer@harbour.example", "550 5.1.1"),
        ("help@harbour.example(x)evil.example", "550 5.1.1"),
        ("", "550 5.1.1"),
        ("help@harbour.example> <x", "501 5.5.4"),
    ],
)
async def test_only_addresses_of_ours_are_recipients(desk, address, code):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        await client.say("MAIL FROM:<jo@customer.example>")
        assert (await client.say(f"RCPT TO:<{address}>")).startswith(code)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("MAIL FROM:<>", "250"),
        ("MAIL FROM:<jo@customer.example> SIZE=1000 BODY=8BITMIME SMTPUTF8", "250"),
        ("mail from: jo@customer.example", "250"),
        ('MAIL FROM:<"jo, the customer"@customer.example>', "250"),
        ("MAIL FROM:<jöe@customer.example> SMTPUTF8", "250"),
        ("MAIL FROM:<jo@customer.example> SIZE=999999999", "552 5.3.4"),
        ("MAIL FROM:<jo@customer.example> SIZE=x", "501"),
        ("MAIL FROM:<jo@customer.example> BODY=BINARYMIME", "501"),
        ("MAIL FROM:<jo@customer.example> RET=HDRS", "555"),
        ("MAIL FROM:<jo customer@customer.example", "553 5.1.3"),
        ("MAIL", "501"),
        ("RCPT TO:<help@harbour.example>", "503"),
        ("DATA", "503"),
        ("VRFY asha", "252"),
        ("EXPN staff", "502"),
        ("STARTTLS", "502"),
        ("AUTH PLAIN AGFzaGEAeA==", "502"),
        ("BDAT 10 LAST", "500"),
        ("MAIL FROM:<" + "x" * 3000 + "@customer.example>", "500"),
        ("X" * 200_000, "500"),
    ],
)
async def test_every_command_has_its_answer_with_an_enhanced_code(desk, command, code):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        reply = await client.say(command)
        assert reply.startswith(code)
        assert reply.split()[1].startswith(f"{code[0]}.")
        assert (await client.say("NOOP")).startswith("250 2.0.0")


async def test_the_envelope_is_kept_as_it_was_said(desk):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        await client.mail(
            message(), "Help@harbour.example", "complaints+x@harbour.example", sender="Jo@customer.example"
        )
        await client.mail(message(), sender="")
        await client.envelope()
        await client.say("RSET")
        assert await client.say(b"MAIL FROM:<j\xf6@customer.example>") == "250 2.1.0 Sender accepted"
    first, second = (m.envelope for m in desk.messages)
    assert (first.mail_from, first.rcpt_to) == (
        "Jo@customer.example",
        ("Help@harbour.example", "complaints+x@harbour.example"),
    )
    assert (first.peer, first.login, first.verified) == ("127.0.0.1", None, False)
    assert second.mail_from == ""


async def test_a_sender_may_pipeline_its_envelope(desk):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        await client.send(
            b"MAIL FROM:<>\r\nRCPT TO:<nobody@harbour.example>\r\nRCPT TO:<help@harbour.example>\r\nDATA\r\n"
        )
        assert [(await client.reply())[:3] for _ in range(4)] == ["250", "550", "250", "354"]
        await client.send(message() + b".\r\nQUIT\r\n")
        assert [(await client.reply())[:3] for _ in range(2)] == ["250", "221"]
    assert desk.messages[0].envelope.rcpt_to == ("help@harbour.example",)


async def test_more_recipients_than_we_take_are_asked_to_come_later(desk):
    async with listening(desk.deliver, max_recipients=2) as (listener, _), Client.to(listener.address) as client:
        replies = await client.envelope(*[f"help+{n}@harbour.example" for n in range(3)])
        assert [r[:9] for r in replies] == ["250 2.1.0", "250 2.1.5", "250 2.1.5", "452 4.5.3"]


# The content


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"", b""),
        (b"Subject: x\r\n\r\nwords\r\n", b"Subject: x\r\n\r\nwords\r\n"),
        (b"..\r\n...\r\n..x\r\n\r\n", b".\r\n..\r\n.x\r\n\r\n"),
        (b".unstuffed\r\n", b"unstuffed\r\n"),
        (b"\r\n\r\n", b"\r\n\r\n"),
        (b"x" * 5_000_000 + b"\r\n", b"x" * 5_000_000 + b"\r\n"),
        (b"\x00\xff\xfe\r\n", b"\x00\xff\xfe\r\n"),
    ],
    ids=["empty", "plain", "dots", "dot not doubled", "blank lines", "a line of 5 MB", "bytes"],
)
async def test_the_content_is_kept_byte_for_byte_without_transport_dots(desk, sent, kept):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        assert (await client.mail(sent)).startswith("250")
    assert desk.messages[0].blob == kept


@pytest.mark.parametrize("cut", range(1, 9))
async def test_the_end_is_found_however_the_packets_are_cut(desk, cut):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        await client.envelope("help@harbour.example")
        await client.say("DATA")
        data = b".\r\r\n..\r\n.\r\n"
        for start in range(0, len(data), cut):
            await client.send(data[start : start + cut])
            await asyncio.sleep(0.002)
        assert (await client.reply()).startswith("250")
        assert (await client.say("NOOP")).startswith("250")
    assert desk.messages[0].blob == b"\r\r\n.\r\n"


@pytest.mark.parametrize("size", [65_530, 65_531, 65_535, 65_536, 65_537, 131_070, 131_072, 131_075])
async def test_the_end_is_found_where_two_chunks_meet(desk, size):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        assert (await client.mail(b"y" * size + b"\r\n")).startswith("250")
        assert (await client.say("NOOP")).startswith("250")
    assert len(desk.messages[0].blob) == size + 2


@given(
    content=st.lists(st.sampled_from([b"\r\n", b".", b"\r", b"\n", b"x"]), max_size=40).map(b"".join),
    limit=st.integers(4, 16),  # a piece is longer than the end mark, as in life
)
def test_content_comes_out_as_it_went_in_however_it_is_cut_into_pieces(content, limit):
    stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]

    async def read() -> bytes:
        reader = asyncio.StreamReader(limit=limit)
        reader.feed_data(stuffed + b"\r\n.\r\nNOOP\r\n")
        with Budget(1000).allowance(1000) as allowance:
            content = await read_content(reader, allowance)
        assert await reader.readexactly(6) == b"NOOP\r\n"
        return content

    assert asyncio.run(read()) == content + b"\r\n"


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r.\n", b"\r\n\x00.\r\n"], ids=repr
)
async def test_nothing_but_the_one_end_ends_a_message_cve_2024_27305(desk, end):
    smuggled = b"MAIL FROM:<boss@harbour.example>\r\nRCPT TO:<help@harbour.example>\r\nDATA\r\nSubject: pay\r\n"
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        assert (await client.mail(b"Subject: x\r\n\r\nwords" + end + smuggled)).startswith("250")
        assert (await client.say("NOOP")).startswith("250")
    assert len(desk.messages) == 1
    assert b"boss@harbour.example" in desk.messages[0].blob


async def test_too_much_is_refused_after_it_was_read_and_the_connection_goes_on(desk):
    async with listening(desk.deliver, max_size=100_000) as (listener, _), Client.to(listener.address) as client:
        assert (await client.mail(b"z" * 300_000 + b"\r\n")).startswith("552 5.3.4")
        assert (await client.mail(message())).startswith("250")
    assert len(desk.messages) == 1


async def test_who_never_stops_is_cut_off(desk):
    async with listening(desk.deliver, max_size=1000) as (listener, _), Client.to(listener.address) as client:
        await client.envelope("help@harbour.example")
        await client.say("DATA")
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                await client.send(b"z" * 10_000)
            assert (await client.reply()).startswith("552")
            assert await client.reply() in ("", "552 5.3.4 The message is bigger than we take")
    assert desk.messages == []


async def test_messages_on_their_way_in_share_a_bounded_memory(desk):
    async with (
        listening(desk.deliver, max_memory=200_000) as (listener, _),
        Client.to(listener.address) as slow,
        Client.to(listener.address) as other,
    ):
        await slow.envelope("help@harbour.example")
        await slow.say("DATA")
        await slow.send(b"a" * 150_000)
        await asyncio.sleep(0.1)
        assert (await other.mail(b"b" * 150_000 + b"\r\n")).startswith("452 4.3.1")
        assert (await other.say("MAIL FROM:<> SIZE=150000")).startswith("452 4.3.1")
        await slow.send(b"\r\n.\r\n")
        assert (await slow.reply()).startswith("250")
        assert (await other.mail(b"b" * 150_000 + b"\r\n")).startswith("250")


async def test_a_retry_with_a_new_trace_header_bears_the_same_name(desk):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        for by in ("a", "b"):
            trace = f"Received: by {by}.example; Tue, 13 Jan 2026 10:04:00 +0000\r\n".encode()
            await client.mail(trace + message(), "help@harbour.example", "complaints@harbour.example")
        await client.mail(message(), "complaints@harbour.example", "help@harbour.example")
        await client.mail(message(), "complaints@harbour.example")
    names = [m.source_id for m in desk.messages]
    assert len({names[0], names[1], names[2]}) == 1
    assert names[3] != names[0]


# Faults of ours


async def test_a_fault_of_ours_never_shows_its_words_aiosmtpd_handle_exception(desk, caplog):
    desk.fault = RuntimeError("postgres://user:hunter2@db")
    with caplog.at_level(logging.DEBUG), capture_logs() as logs:
        async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
            assert await client.mail(message()) == "451 4.3.0 Not now, please come again later"
    assert "hunter2" not in f"{logs}{caplog.text}"
    assert {"event": "smtp_fault", "error": "RuntimeError"}.items() <= next(
        line for line in logs if line["event"] == "smtp_fault"
    ).items()


async def test_no_log_at_any_level_holds_anything_a_person_wrote(desk, caplog):
    logging.getLogger("mail.log").disabled = False
    with caplog.at_level(logging.DEBUG), capture_logs() as logs:
        async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
            await client.mail(message("SECRET"), "nobody@harbour.example")
            await client.say("RSET")
            await client.mail(message("SECRET"))
    said = f"{logs}{caplog.text}"
    assert not [word for word in ("SECRET", "customer.example", "harbour.example", "127.0.0.1") if word in said]


async def test_a_store_that_never_answers_is_not_waited_for_for_ever(desk):
    desk.may_finish.clear()
    async with listening(desk.deliver, data_timeout=0.2) as (listener, _), Client.to(listener.address) as client:
        assert (await client.mail(message())).startswith("451")
        desk.may_finish.set()


async def test_a_client_that_hangs_up_before_its_answer_does_not_stop_the_commit(desk):
    desk.may_finish.clear()
    async with listening(desk.deliver) as (listener, _):
        async with Client.to(listener.address) as client:
            await client.envelope("help@harbour.example")
            await client.say("DATA")
            await client.send(message() + b".\r\n")
            await desk.begun.wait()
        await asyncio.sleep(0.05)
        desk.may_finish.set()
        await asyncio.sleep(0.05)
    assert len(desk.messages) == 1


# Limits


async def test_connections_are_capped_as_a_whole_and_for_each_peer(desk):
    for limit in ({"max_connections": 2}, {"max_connections_per_peer": 2}):
        async with (
            listening(desk.deliver, **limit) as (listener, _),
            Client.to(listener.address) as first,
            Client.to(listener.address),
        ):
            async with Client.to(listener.address, hello="") as third:
                assert third.greeting.startswith("421 4.3.2")
                assert await third.reply() == ""
            await first.say("QUIT")
            assert await first.reply() == ""
            async with Client.to(listener.address, hello="") as fourth:
                assert fourth.greeting.startswith("220")


async def test_where_all_places_are_taken_the_one_who_is_silent_longest_makes_room(desk, monkeypatch):
    """P19: idle connections keep nobody out for long; whoever hands in a message keeps the place."""
    monkeypatch.setattr("channels._smtp_door.SILENT_SECONDS", 0.05)
    async with (
        listening(desk.deliver, max_connections=2) as (listener, _),
        Client.to(listener.address) as writing,
        Client.to(listener.address) as idle,
    ):
        for line in ("MAIL FROM:<jo@customer.example>", "RCPT TO:<help@harbour.example>", "DATA"):
            await writing.say(line)
        await asyncio.sleep(0.1)
        async with Client.to(listener.address) as third:
            assert (await third.say("NOOP")).startswith("250 ")
        assert (await idle.reply()).startswith("421 4.3.2")
        await writing.send(message() + b".\r\n")
        assert (await writing.reply()).startswith("250 ")


async def test_whoever_has_never_said_a_word_takes_nobodys_place(desk):
    """P19: ten thousand connections that say nothing do not keep a good client waiting for a moment."""
    async with listening(desk.deliver, max_connections=1) as (listener, _), AsyncExitStack() as stack:
        mutes = [await stack.enter_async_context(Client.to(listener.address, hello="")) for _ in range(5)]
        async with Client.to(listener.address) as good:
            assert (await good.mail(message())).startswith("250 ")
            await good.say("QUIT")
            assert await good.reply() == ""
        assert (await mutes[0].say("NOOP")).startswith("250 ")  # it only took its time


async def test_of_too_many_who_say_nothing_the_first_has_to_leave(desk):
    async with (
        listening(desk.deliver, max_silent=2) as (listener, _),
        Client.to(listener.address, hello="") as first,
        Client.to(listener.address, hello="") as second,
        Client.to(listener.address, hello="") as third,
    ):
        assert (await first.reply()).startswith("421 4.3.2")
        assert await first.reply() == ""
        for staying in (second, third):
            assert (await staying.say("NOOP")).startswith("250 ")


async def test_whoever_has_never_said_a_word_is_told_and_closed(desk):
    async with (
        listening(desk.deliver, idle_timeout=0.1) as (listener, _),
        Client.to(listener.address, hello="") as mute,
    ):
        assert (await mute.reply()).startswith("421 4.4.2")
        assert await mute.reply() == ""


async def test_whoever_has_never_said_a_word_is_told_when_we_stop(desk):
    async with listening(desk.deliver) as (listener, task), Client.to(listener.address, hello="") as mute:
        task.cancel()
        assert (await mute.reply()).startswith("421 4.3.2")


async def test_without_space_a_message_is_put_off_before_it_is_sent(desk):
    """P20: as Postfix does below queue_minfree."""
    desk.fault = NoSpace("space")
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        assert (await client.say("MAIL FROM:<jo@customer.example>")).startswith("452 4.3.1 ")
        desk.fault = None
        assert (await client.say("MAIL FROM:<jo@customer.example>")).startswith("250 ")


async def test_a_silent_client_is_told_and_closed(desk):
    async with listening(desk.deliver, idle_timeout=0.1) as (listener, _), Client.to(listener.address) as client:
        assert (await client.reply()).startswith("421 4.4.2")
        assert await client.reply() == ""


async def test_a_client_that_only_says_noop_is_closed_by_number(desk):
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        replies = [await client.say("NOOP") for _ in range(101)]
        assert replies[-1].startswith("421 4.7.0")
        assert await client.reply() == ""


async def test_a_client_that_never_sends_a_message_is_closed_by_time(desk):
    async with listening(desk.deliver, idle_timeout=0.05) as (listener, _), Client.to(listener.address) as client:
        replies = [""]
        while not replies[-1].startswith("421") and len(replies) < 100:
            await asyncio.sleep(0.02)
            replies.append(await client.say("RSET"))
        assert replies[-1].startswith("421 4.4.2")


async def test_a_slow_message_may_take_longer_than_the_timeout_while_it_grows(desk):
    async with (
        listening(desk.deliver, data_timeout=0.15, idle_timeout=0.15) as (listener, _),
        Client.to(listener.address) as client,
    ):
        await client.envelope("help@harbour.example")
        await client.say("DATA")
        for _ in range(8):
            await client.send(b"a" * 1500 + b"\r\n")
            await asyncio.sleep(0.06)
        await client.send(b".\r\n")
        assert (await client.reply()).startswith("250")


async def test_a_message_that_stops_growing_is_cut_off(desk):
    async with listening(desk.deliver, data_timeout=0.1) as (listener, _), Client.to(listener.address) as client:
        await client.envelope("help@harbour.example")
        await client.say("DATA")
        await client.send(b"a" * 500)
        assert (await client.reply()).startswith("421 4.4.2")


# TLS and logins


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_starttls_forgets_what_was_said_before_it_cve_2024_34083(desk, tmp_path, authority, certificate):
    async with (
        listening(desk.deliver, tmp_path, tls_certificate=certificate) as (listener, _),
        Client.to(listener.address) as client,
    ):
        assert "STARTTLS" in client.offers
        await client.envelope("help@harbour.example")
        await client.send(b"STARTTLS\r\nNOOP\r\nMAIL FROM:<injected@evil.example>\r\n")
        assert (await client.reply()).startswith("220")
        await client.writer.start_tls(trusting(authority), server_hostname="localhost")
        assert (await client.say("MAIL FROM:<jo@customer.example>")).startswith("503")
        client.offers = await client.say("EHLO test.example")
        assert "STARTTLS" not in client.offers
        assert (await client.say("STARTTLS")).startswith("503")
        assert (await client.mail(message())).startswith("250")
    assert desk.messages[0].envelope.mail_from == "jo@customer.example"


async def test_a_broken_or_aborted_tls_handshake_is_one_line_in_the_log(desk, tmp_path, certificate, caplog):
    with caplog.at_level(logging.INFO), capture_logs() as logs:
        async with listening(desk.deliver, tmp_path, tls_certificate=certificate) as (listener, _):
            async with Client.to(listener.address) as client:
                assert (await client.say("STARTTLS")).startswith("220")
                await client.send(b"this is no handshake\r\n")
                await asyncio.wait_for(client.reader.read(), 10)
            async with Client.to(listener.address) as client:
                assert (await client.say("STARTTLS")).startswith("220")
            async with Client.to(listener.address) as client:
                await client.say("STARTTLS")
                with pytest.raises(ssl.SSLError):
                    await client.writer.start_tls(ssl.create_default_context(), server_hostname="localhost")
            await asyncio.sleep(0.05)
        assert [line["cut_off"] for line in logs if line["event"] == "smtp_drained"] == [0]
    assert [line["event"] for line in logs if line["event"] == "smtp_tls_failed"] == ["smtp_tls_failed"] * 3
    assert caplog.text == ""


async def test_a_tls_handshake_that_never_comes_is_given_up(desk, tmp_path, certificate):
    with capture_logs() as logs:
        async with (
            listening(desk.deliver, tmp_path, tls_certificate=certificate, idle_timeout=0.2) as (listener, _),
            Client.to(listener.address) as client,
        ):
            assert (await client.say("STARTTLS")).startswith("220")
            await asyncio.wait_for(client.reader.read(), 10)
            await asyncio.sleep(0.05)
    assert [line["cut_off"] for line in logs if line["event"] == "smtp_drained"] == [0]


def plain(login: str, password: str) -> str:
    return base64.b64encode(f"\0{login}\0{password}".encode()).decode()


async def test_staff_prove_their_login_and_strangers_do_not(desk, tmp_path):
    (tmp_path / "accounts").write_text("# staff\n" + account_line("asha", "correct horse", b"0123456789abcdef"))
    async with listening(desk.deliver, tmp_path, accounts="accounts") as (listener, _):
        async with Client.to(listener.address) as client:
            assert "AUTH PLAIN LOGIN" in client.offers
            assert (await client.say(f"AUTH plain {plain('asha', 'wrong')}")).startswith("535 5.7.8")
            assert (await client.say(f"AUTH PLAIN {plain('nobody', 'correct horse')}")).startswith("535 5.7.8")
            await client.mail(message())
            assert (await client.say(f"AUTH PLAIN {plain('asha', 'correct horse')}")).startswith("235 2.7.0")
            await client.mail(message())
        async with Client.to(listener.address) as client:
            await client.say("AUTH LOGIN")
            await client.say(base64.b64encode(b"asha"))
            assert (await client.say(base64.b64encode(b"correct horse"))).startswith("235")
            await client.mail(message())
    assert [m.envelope.login for m in desk.messages] == [None, "asha", "asha"]


async def test_passwords_are_not_asked_for_in_clear_text_from_afar(desk, tmp_path, monkeypatch, authority, certificate):
    (tmp_path / "accounts").write_text(account_line("asha", "correct horse", b"0123456789abcdef"))
    monkeypatch.setattr("channels._smtp_session.LOOPBACK", ())
    async with (
        listening(desk.deliver, tmp_path, accounts="accounts", tls_certificate=certificate) as (listener, _),
        Client.to(listener.address) as client,
    ):
        assert "AUTH" not in client.offers
        assert (await client.say(f"AUTH PLAIN {plain('asha', 'correct horse')}")).startswith("538")
        await client.say("STARTTLS")
        await client.writer.start_tls(trusting(authority), server_hostname="localhost")
        assert "AUTH PLAIN LOGIN" in await client.say("EHLO test.example")
        assert (await client.say(f"AUTH PLAIN {plain('asha', 'correct horse')}")).startswith("235")


# Failures to order


async def test_failures_happen_to_order_where_that_is_switched_on(desk, tmp_path):
    async with (
        listening(desk.deliver, tmp_path, local_faults=True) as (listener, _),
        Client.to(listener.address) as client,
    ):
        replies = await client.envelope(
            *("help+defer@harbour.example", "defer@harbour.example", "refuse@harbour.example"),
            *("help+slow@harbour.example", "bounce@harbour.example", "defer@customer.example"),
        )
        assert [r[:3] for r in replies] == ["250", "451", "451", "550", "250", "250", "550"]


async def test_mail_to_a_bouncing_address_is_kept_and_a_bounce_lands_in_the_outbox(desk, tmp_path):
    async with (
        listening(desk.deliver, tmp_path, local_faults=True) as (listener, _),
        Client.to(listener.address) as client,
    ):
        assert (await client.mail(message(), "help+bounce@harbour.example")).startswith("250")
        assert (await client.mail(message(), "help+bounce@harbour.example", sender="")).startswith("250")
    (bounce,) = (tmp_path / "outbox").glob("*.eml")
    assert b"Final-Recipient: rfc822; help+bounce@harbour.example" in bounce.read_bytes()
    assert len(desk.messages) == 2


# Starting and stopping


async def test_stopping_answers_everybody_and_finishes_what_was_begun(desk):
    async with (
        listening(desk.deliver, drain_seconds=5) as (listener, task),
        Client.to(listener.address) as idle,
        Client.to(listener.address) as sending,
    ):
        await sending.envelope("help@harbour.example")
        await sending.say("DATA")
        await sending.send(b"Subject: x\r\n")
        stopping = asyncio.create_task(stop(task))
        assert (await idle.reply()).startswith("421 4.3.2")
        with pytest.raises(ConnectionError):
            await asyncio.open_connection(*listener.address)
        await sending.send(b"\r\nwords\r\n.\r\n")
        assert (await sending.reply()).startswith("250")
        assert (await sending.reply()).startswith("421 4.3.2")
        await stopping
    assert len(desk.messages) == 1


async def test_fifty_clients_all_get_an_answer_when_we_stop_and_nothing_accepted_is_lost(desk):
    async def client(number: int, address: tuple[str, int]) -> list[str]:
        async with Client.to(address) as one:
            with contextlib.suppress(ConnectionError):
                replies = []
                while not replies or replies[-1][:3] not in ("", "421"):
                    replies.append(await one.mail(message(number=number * 1000 + len(replies))))
            return replies

    async with listening(desk.deliver) as (listener, task):
        clients = [asyncio.create_task(client(number, listener.address)) for number in range(50)]
        await asyncio.wait_for(desk.begun.wait(), 20)
        await stop(task)
        replies = [reply for one in await asyncio.gather(*clients) for reply in one]
    assert sum(reply.startswith("250") for reply in replies) == len(desk.messages) > 0
    assert {reply[:3] for reply in replies} <= {"250", "421", ""}


async def test_stopping_does_not_wait_for_a_message_that_never_ends(desk):
    async with listening(desk.deliver, drain_seconds=1.2) as (listener, task), Client.to(listener.address) as sending:
        await sending.envelope("help@harbour.example")
        await sending.say("DATA")
        await asyncio.wait_for(stop(task), 5)
        assert (await sending.reply()).startswith("421 4.3.2")
    assert desk.messages == []


async def test_a_taken_port_is_a_clear_sentence(desk):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        listener = build("smtp", Options(listen=f"127.0.0.1:{port}"), tools())
        with pytest.raises(CannotListen, match=f"^smtp: 127.0.0.1:{port} is taken"):
            await listener.open()
        with pytest.raises(CannotListen):
            await listener.receive(desk.deliver)
        assert await listener.probe() == []  # `check` runs beside a daemon that listens


async def test_the_probe_names_every_fault_at_once(tmp_path):
    (tmp_path / "accounts").write_text("asha:password\n")
    options = Options(listen="nowhere", accounts="accounts", tls_certificate="missing.pem")
    faults = await build("smtp", options, tools(tmp_path)).probe()
    assert len(faults) == 3
    assert "No such file" in faults[0]
    assert "line 1" in faults[1]
    assert "host:port" in faults[2]
    assert await build("smtp", Options(listen="127.0.0.1:0"), tools(tmp_path)).probe() == []


async def test_swaks_hands_its_mail_in(desk):
    async with listening(desk.deliver) as (listener, _):
        line = f"swaks --server 127.0.0.1:{listener.address[1]} --from jo@customer.example --to help@harbour.example"
        try:
            swaks = await asyncio.create_subprocess_exec(*line.split(), stdout=subprocess.PIPE)
        except FileNotFoundError:
            pytest.skip("swaks is not installed")
        said, _ = await asyncio.wait_for(swaks.communicate(), 30)
    assert swaks.returncode == 0, said.decode()
    assert desk.messages[0].envelope.mail_from == "jo@customer.example"
