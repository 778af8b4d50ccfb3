"""SMTP in under TLS, and whose login is believed."""

from __future__ import annotations

import asyncio
import base64
import logging
import ssl
from pathlib import Path

import pytest
import trustme
from structlog.testing import capture_logs

from channels._smtp_accounts import account_line
from tests.channels.wire import Client, listening, message


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path) -> str:
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(tmp_path / "tls.pem")
    return "tls.pem"


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def plain(login: str, password: str) -> str:
    return base64.b64encode(f"\0{login}\0{password}".encode()).decode()


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
