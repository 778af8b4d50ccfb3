"""What SMTP in answers to each command: who is a recipient, and what is kept of the envelope."""

from __future__ import annotations

import pytest

from tests.channels.wire import Client, listening, message


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
