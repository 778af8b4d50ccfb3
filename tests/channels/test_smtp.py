"""SMTP in keeps what every way in promises, and a fault of ours never becomes the sender's loss."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from channels.smtp import Options, build
from intake.ports import CannotListen, NoSpace
from tests.channels.contract import Answer, ChannelContract
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


async def test_without_space_a_message_is_put_off_before_it_is_sent(desk):
    """P20: as Postfix does below queue_minfree."""
    desk.fault = NoSpace("space")
    async with listening(desk.deliver) as (listener, _), Client.to(listener.address) as client:
        assert (await client.say("MAIL FROM:<jo@customer.example>")).startswith("452 4.3.1 ")
        desk.fault = None
        assert (await client.say("MAIL FROM:<jo@customer.example>")).startswith("250 ")


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
