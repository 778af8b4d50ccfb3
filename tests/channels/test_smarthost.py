"""Letters out through a mail server: a scripted one for everything that goes wrong, and a real one."""

from __future__ import annotations

import asyncio

import pytest

from channels._smtp_client import stuffed
from channels.smarthost import Options, build
from intake.letters.letter import Delivery, Outcome
from tests.channels.script import HANG_UP, JO, KAI, LEE, scripted, submission
from tests.channels.wire import tools
from tests.servers.postfix import running_postfix

PIPELINING = "250-hello\r\n250 PIPELINING"


def short(deliveries: list[Delivery]) -> list[tuple[str, int, str]]:
    return [(d.outcome.value, d.code, d.status) for d in deliveries]


@pytest.mark.parametrize("hello", ["250 hello", PIPELINING], ids=["one at a time", "pipelining"])
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
        ({".": "421 4.3.2 leaving"}, [("deferred", 421, "4.4.0")] * 3),
        ({".": "250 2.0.0 taken\r\n421 4.4.2 and good night"}, [("accepted", 250, "2.0.0")] * 3),
        ({"MAIL": "250-long\r\n" * 20_000 + "250 end"}, [("deferred", 0, "4.4.0")] * 3),
        ({"MAIL": "~".join("250 2.1.0 fine")}, [("deferred", 0, "4.4.0")] * 3),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, dict) else "",
)
async def test_every_failure_becomes_a_result_for_each_recipient(replies, outcomes, hello):
    async with scripted({"EHLO": hello} | replies, timeout=0.5) as (smarthost, _):
        deliveries = await smarthost.send(submission(JO, KAI, LEE))
    assert [d.recipient for d in deliveries] == [JO, KAI, LEE]
    assert short(deliveries) == outcomes
    assert all("\n" not in d.diagnostic and len(d.diagnostic) <= 300 for d in deliveries)


async def test_only_a_lost_answer_to_the_whole_message_may_have_arrived():
    for replies, expected in (
        ({".": HANG_UP}, True),
        ({".": "what?"}, True),
        ({".": "451 4.3.0 later"}, False),
        ({".": "421 4.3.2 leaving"}, False),
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


async def test_a_server_that_takes_commands_together_is_waited_for_twice_a_letter() -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = {
            "220 hi": "\r\n",
            PIPELINING: "DATA\r\n",
            "250 a\r\n250 b\r\n250 c\r\n354 go on": "\r\n.\r\n",
            "250 2.0.0 taken": "QUIT\r\n",
        }
        for words, until in talk.items():
            writer.write(f"{words}\r\n".encode())
            heard.append(await reader.readuntil(until.encode()))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    smarthost = build("smarthost", Options(host="127.0.0.1", port=port, tls="none", timeout=2), tools())
    deliveries = await smarthost.send(submission(JO, KAI, blob=b"Dear Jo\r\n"))
    await smarthost.close()
    server.close()
    await server.wait_closed()
    assert short(deliveries) == [("accepted", 250, "2.0.0")] * 2
    envelope = f"MAIL FROM:<help@harbour.example>\r\nRCPT TO:<{JO}>\r\nRCPT TO:<{KAI}>\r\nDATA\r\n"
    assert heard[1] == envelope.encode()


async def test_a_server_that_wants_content_although_it_took_nobody_gets_none() -> None:
    async with scripted({"EHLO": PIPELINING, "RCPT": "550 5.1.1 unknown"}) as (smarthost, script):
        for _ in range(2):
            assert (await smarthost.send(submission()))[0].outcome is Outcome.REJECTED
        assert (script.connections, script.said.count("DATA"), script.said.count(".")) == (2, 2, 0)


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
