"""Letters out through a mail server: a scripted one for everything that goes wrong, and real ones."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trustme

from channels._oauth import OAuth
from channels._smtp_accounts import account_line
from channels._smtp_client import stuffed
from channels.smarthost import Options, build
from intake.letters.letter import Delivery, Outcome, Submission
from tests.channels.contract import Desk
from tests.channels.wire import listening, tools
from tests.servers.postfix import running_postfix

JO, KAI, LEE = "jo@customer.example", "kai@customer.example", "lee@customer.example"
LETTER = b"From: help@harbour.example\r\nSubject: We have it\r\n\r\nDear Jo\r\n.dots\r\n"
HANG_UP = None


def submission(*recipients: str, blob: bytes = LETTER, mail_from: str = "help@harbour.example") -> Submission:
    return Submission(
        channel="mail",
        mail_from=mail_from,
        rcpt_to=recipients or (JO,),
        message_id="l48291357@harbour.example",
        blob=blob,
    )


class Script:
    """A server that says what it is told to. Keys are a command's first words, "" the greeting, "." the end of content."""

    def __init__(self, replies: Mapping[str, str | None]) -> None:
        self.replies = replies
        self.said: list[str] = []
        self.connections = 0
        self.open = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        try:
            if await self._reply(writer, "", "220 ready"):
                await self._dialogue(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.open -= 1

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := (await reader.readline()).decode().strip():
            self.said.append(line)
            usual = {"EHLO": "250 hello", "DATA": "354 go on", "QUIT": "221 bye"}.get(line[:4], "250 2.0.0 fine")
            if not await self._reply(writer, line, usual):
                return
            if line == "DATA" and (self.replies.get("DATA") or "354").startswith("354"):
                await reader.readuntil(b"\r\n.\r\n")
                if not await self._reply(writer, ".", "250 2.0.0 taken"):
                    return

    async def _reply(self, writer: asyncio.StreamWriter, line: str, usual: str) -> bool:
        said = [reply for start, reply in self.replies.items() if (line.startswith(start) if start else not line)]
        reply = said[0] if said else usual
        if reply is HANG_UP:
            return False
        for drop in reply.split("~"):  # "~" is a pause
            writer.write(drop.encode())
            await writer.drain()
            if "~" in reply:
                await asyncio.sleep(0.1)
        writer.write(b"\r\n")
        await writer.drain()
        return True


@asynccontextmanager
async def scripted(replies: Mapping[str, str | None], **options: Any) -> AsyncIterator[tuple[Any, Script]]:
    script = Script(replies)
    server = await asyncio.start_server(script, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    smarthost = build("smarthost", Options(**{"host": "127.0.0.1", "port": port, "tls": "none", **options}), tools())
    try:
        yield smarthost, script
    finally:
        await smarthost.close()
        server.close()
        await server.wait_closed()
        async with asyncio.timeout(5):
            while script.open:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


def short(deliveries: list[Delivery]) -> list[tuple[str, int, str]]:
    return [(d.outcome.value, d.code, d.status) for d in deliveries]


@pytest.mark.parametrize(
    ("replies", "outcomes"),
    [
        ({}, [("accepted", 250, "2.0.0")] * 3),
        ({"": "421 4.3.2 busy"}, [("deferred", 421, "4.4.0")] * 3),
        ({"": "554 5.7.1 your address is blocked"}, [("deferred", 554, "4.4.0")] * 3),
        ({"": HANG_UP}, [("deferred", 0, "4.4.0")] * 3),
        ({"": "hello?"}, [("deferred", 0, "4.4.0")] * 3),
        ({"EHLO": HANG_UP}, [("deferred", 0, "4.4.0")] * 3),
        ({"MAIL": "451 4.7.1 not now"}, [("deferred", 451, "4.7.1")] * 3),
        ({"MAIL": "552 5.3.4 too big"}, [("rejected", 552, "5.3.4")] * 3),
        ({"MAIL": HANG_UP}, [("deferred", 0, "4.4.0")] * 3),
        (
            {"RCPT TO:<kai": "550 5.1.1 unknown", "RCPT TO:<lee": "450 4.2.2 full"},
            [("accepted", 250, "2.0.0"), ("rejected", 550, "5.1.1"), ("deferred", 450, "4.2.2")],
        ),
        ({"RCPT": "550 unknown"}, [("rejected", 550, "")] * 3),
        ({"RCPT": "450 4.2.1 greylisted"}, [("deferred", 450, "4.2.1")] * 3),
        ({"RCPT TO:<lee": "421 4.3.2 leaving"}, [("deferred", 421, "4.4.0")] * 3),
        ({"RCPT TO:<lee": HANG_UP}, [("deferred", 0, "4.4.0")] * 3),
        ({"DATA": "451 4.3.0 no"}, [("deferred", 451, "4.3.0")] * 3),
        ({"DATA": "554 5.5.1 no"}, [("rejected", 554, "5.5.1")] * 3),
        ({".": "554 5.6.0 spam"}, [("rejected", 554, "5.6.0")] * 3),
        ({".": "452 4.3.1 disk"}, [("deferred", 452, "4.3.1")] * 3),
        (
            {"RCPT TO:<kai": "550 5.1.1 unknown", ".": "451 4.3.0 later"},
            [("deferred", 451, "4.3.0"), ("rejected", 550, "5.1.1"), ("deferred", 451, "4.3.0")],
        ),
        ({".": "what?"}, [("deferred", 0, "4.4.2")] * 3),
        ({".": HANG_UP}, [("deferred", 0, "4.4.2")] * 3),
        ({"MAIL": "250-long\r\n" * 5000 + "250 end"}, [("deferred", 0, "4.4.0")] * 3),
        ({"MAIL": "~".join("250 2.1.0 fine")}, [("deferred", 0, "4.4.0")] * 3),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, dict) else "",
)
async def test_every_failure_becomes_a_result_for_each_recipient(replies, outcomes):
    async with scripted(replies, timeout=0.5) as (smarthost, _):
        deliveries = await smarthost.send(submission(JO, KAI, LEE))
    assert [d.recipient for d in deliveries] == [JO, KAI, LEE]
    assert short(deliveries) == outcomes
    assert all("\n" not in d.diagnostic and len(d.diagnostic) <= 300 for d in deliveries)


async def test_only_a_lost_answer_to_the_whole_message_may_have_arrived():
    for replies, expected in (
        ({".": HANG_UP}, True),
        ({".": "what?"}, True),
        ({".": "451 4.3.0 later"}, False),
        ({"DATA": HANG_UP}, False),
        ({"RCPT": HANG_UP}, False),
    ):
        async with scripted(replies) as (smarthost, _):
            (delivery,) = await smarthost.send(submission())
        assert (delivery.outcome, delivery.maybe_arrived) == (Outcome.DEFERRED, expected)


async def test_a_connection_is_kept_for_the_next_letter_and_replaced_when_it_was_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with scripted({}) as (smarthost, script):
        for _ in range(3):
            assert (await smarthost.send(submission()))[0].outcome is Outcome.ACCEPTED
        assert (script.connections, script.said.count("RSET")) == (1, 0)
        monkeypatch.setattr("channels.smarthost.WARM_SECONDS", 0)
        assert (await smarthost.send(submission()))[0].outcome is Outcome.ACCEPTED
        assert (script.connections, script.said.count("RSET")) == (1, 1)
    async with scripted({"RSET": HANG_UP}) as (smarthost, script):
        for _ in range(2):
            assert (await smarthost.send(submission()))[0].outcome is Outcome.ACCEPTED
        assert script.connections == 2


@pytest.mark.parametrize("refused", ["RCPT", "DATA"])
async def test_a_refused_letter_leaves_nothing_over_for_the_next(refused: str) -> None:
    async with scripted({refused: "451 4.3.0 later"}) as (smarthost, script):
        for _ in range(2):
            assert (await smarthost.send(submission()))[0].outcome is Outcome.DEFERRED
        assert [line[:4] for line in script.said if line[:4] in ("MAIL", "RSET")] == ["MAIL", "RSET"] * 2
        assert script.connections == 1


async def test_no_more_connections_are_made_than_allowed():
    async with scripted({}, connections=2) as (smarthost, script):
        results = await asyncio.gather(*[smarthost.send(submission()) for _ in range(10)])
        assert all(r[0].outcome is Outcome.ACCEPTED for r in results)
        assert script.connections <= 2


@pytest.mark.parametrize(
    "recipient",
    ["jo@good.example(x)evil.example", "jo>\r\nRCPT TO:<x@y", "jo", "", '"jo"@customer.example', "jö@customer.example"],
)
async def test_an_address_that_could_mean_another_one_is_never_tried(recipient):
    async with scripted({}) as (smarthost, script):
        deliveries = await smarthost.send(submission(recipient, JO))
        assert [d.recipient for d in deliveries] == [recipient, JO]
        assert short(deliveries) == [("rejected", 0, "5.1.3"), ("accepted", 250, "2.0.0")]
        assert [line for line in script.said if line.startswith("RCPT")] == [f"RCPT TO:<{JO}>"]


async def test_a_server_that_is_not_there_defers():
    smarthost = build("smarthost", Options(host="127.0.0.1", port=1, tls="none"), tools())
    (delivery,) = await smarthost.send(submission())
    assert delivery.outcome is Outcome.DEFERRED
    (fault,) = await smarthost.probe()
    assert fault.startswith("smarthost: 127.0.0.1:1 cannot be used")


@pytest.mark.parametrize(
    ("blob", "sent"),
    [
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b".a\r\n..\r\n.\r\n", b"..a\r\n...\r\n..\r\n.\r\n"),
        (b"a\n.\nb\r.\rc", b"a\r\n..\r\nb\r\n..\r\nc\r\n.\r\n"),
    ],
)
def test_content_cannot_end_itself_and_leaves_with_crlf_only_cve_2023_51764(blob, sent):
    assert stuffed(blob) == sent


# TLS and logins


@pytest.mark.parametrize(
    "replies", [{}, {"EHLO": "250-hello\r\n250 STARTTLS"}, {"EHLO": "250-hello\r\n250 STARTTLS", "STARTTLS": "454 no"}]
)
async def test_without_the_tls_that_was_asked_for_nothing_is_sent(replies):
    async with scripted(replies, tls="starttls", timeout=0.5) as (smarthost, script):
        (delivery,) = await smarthost.send(submission())
        assert delivery.outcome is Outcome.DEFERRED
        assert not [line for line in script.said if line.startswith(("MAIL", "AUTH"))]


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def folder(tmp_path, authority):
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(tmp_path / "tls.pem")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    (tmp_path / "accounts").write_text(account_line("desk", "correct horse", b"0123456789abcdef"))
    (tmp_path / "right").write_text("correct horse\n")
    (tmp_path / "wrong").write_text("battery staple\n")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "outcome", "code"),
    [
        ({"ca_file": "ca.pem", "password_file": "right"}, "accepted", 250),
        ({"verify": False, "password_file": "right"}, "accepted", 250),
        ({"ca_file": "ca.pem", "password_file": "wrong"}, "deferred", 535),
        ({"ca_file": "ca.pem", "password_file": "missing"}, "deferred", 0),
        ({"password_file": "right"}, "deferred", 0),
        ({"ca_file": "ca.pem", "password_file": "right", "host": "127.0.0.1"}, "deferred", 0),
    ],
    ids=["right", "unverified", "wrong password", "no password", "unknown authority", "wrong name"],
)
async def test_a_login_over_tls_is_right_or_the_letter_waits(folder, options, outcome, code):
    desk = Desk()
    async with listening(desk.deliver, folder, tls_certificate="tls.pem", accounts="accounts") as (listener, _):
        common = {"host": "localhost", "port": listener.address[1], "user": "desk"}
        smarthost = build("smarthost", Options(**{**common, **options}), tools(folder))
        (delivery,) = await smarthost.send(submission("help@harbour.example"))
        assert (delivery.outcome.value, delivery.code) == (outcome, code)
        assert bool(await smarthost.probe()) is (outcome == "deferred")
        await smarthost.close()
    assert [m.envelope.login for m in desk.messages] == (["desk"] if outcome == "accepted" else [])
    assert [m.blob for m in desk.messages] == ([LETTER] if outcome == "accepted" else [])


async def test_implicit_tls_speaks_tls_from_the_first_byte(folder, authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "tls.pem")
    server = await asyncio.start_server(Script({}), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    smarthost = build(
        "smarthost", Options(host="localhost", port=port, tls="implicit", ca_file="ca.pem"), tools(folder)
    )
    assert (await smarthost.send(submission()))[0].outcome is Outcome.ACCEPTED
    await smarthost.close()
    server.close()
    await server.wait_closed()


async def test_a_password_is_not_said_in_clear_text_to_a_server_elsewhere(folder, monkeypatch):
    monkeypatch.setattr("channels.smarthost.LOOPBACK", ())
    async with scripted({"EHLO": "250-hello\r\n250 AUTH PLAIN"}, user="desk", password_file="right") as (
        smarthost,
        script,
    ):
        (delivery,) = await smarthost.send(submission())
        assert delivery.outcome is Outcome.DEFERRED
        assert not [line for line in script.said if line.startswith("AUTH")]


class Tokens:
    """In place of a provider's token server."""

    def __init__(self) -> None:
        self.forgotten = 0

    def token(self) -> str:
        return "ya29.token"

    def forget(self) -> None:
        self.forgotten += 1


@pytest.mark.parametrize(
    ("reply", "outcome", "forgotten"),
    [("235 2.7.0 welcome", "accepted", 0), ("535 5.7.8 bad token", "deferred", 1)],
)
async def test_a_token_logs_in_and_a_refused_one_is_forgotten(reply, outcome, forgotten):
    oauth = OAuth(token_url="https://token.example", client_id="desk")
    replies = {"EHLO": "250-hello\r\n250 AUTH XOAUTH2 PLAIN", "AUTH": reply}
    async with scripted(replies, user="desk@harbour.example", oauth=oauth) as (smarthost, script):
        smarthost._tokens = tokens = Tokens()
        (delivery,) = await smarthost.send(submission())
        assert delivery.outcome.value == outcome
        said = next(line for line in script.said if line.startswith("AUTH"))
        assert base64.b64decode(said.split()[2]) == b"user=desk@harbour.example\x01auth=Bearer ya29.token\x01\x01"
        assert tokens.forgotten == forgotten


async def test_a_token_server_that_is_down_defers():
    oauth = OAuth(token_url="http://127.0.0.1:1/token", client_id="desk")
    async with scripted({}, user="desk@harbour.example", oauth=oauth) as (smarthost, _):
        (delivery,) = await smarthost.send(submission())
        assert delivery.outcome is Outcome.DEFERRED


# A real one


async def test_postfix_takes_letters_for_each_recipient_by_itself(tmp_path):
    access = "inline:{ { kai@customer.example = 550 5.1.1 unknown }, { lee@customer.example = 450 4.2.2 full } }"
    with running_postfix(smtpd_recipient_restrictions=f"check_recipient_access {access}, permit") as postfix:
        smarthost = build("smarthost", Options(host="127.0.0.1", port=postfix.port, tls="none"), tools(tmp_path))
        assert await smarthost.probe() == []
        deliveries = await smarthost.send(submission(JO, KAI, LEE))
        await smarthost.close()
        assert [(d.outcome.value, d.code) for d in deliveries] == [
            ("accepted", 250),
            ("rejected", 550),
            ("deferred", 450),
        ]
        await asyncio.to_thread(postfix.finish)
        (mail,) = postfix.mails()
        assert mail.replace(b"\n", b"\r\n").endswith(b"\r\n\r\nDear Jo\r\n.dots\r\n")
        assert mail.startswith(b"Return-Path: <help@harbour.example>")
