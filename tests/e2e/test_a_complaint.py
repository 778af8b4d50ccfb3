"""The whole story, on real parts: how four complaints come in, and how one of them is seen through to its end.

Postfix hands a mail over by LMTP, another arrives by SMTP, another waits in a Dovecot mailbox, another comes as a signed
webhook. Letters leave through a real Postfix and land in maildirs. Only the clock is ours.
"""

from __future__ import annotations

import asyncio
import email
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

import pytest

from tests.e2e.company import post, settings
from tests.e2e.house import PASSWORD, House, StoryClock, open_house
from tests.servers import dovecot
from tests.servers.postfix import Postfix as PostfixServer
from tests.servers.postfix import running_postfix
from tests.store.databases import Postgres, absent

WEDNESDAY = datetime(2026, 1, 21, 11, 20, tzinfo=UTC)  # a working day in London, before the cut-off

MAILBOX = """
[channel.mailbox]
kind = "imap"
host = "127.0.0.1"
port = {port}
tls = "none"
user = "help"
password_file = "mailbox-password"
"""
SMARTHOST = 'kind = "smarthost"\nhost = "127.0.0.1"\nport = {port}\ntls = "none"'


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The settings' lines for each of the two engines."""
    if request.param == "sqlite":
        yield ""
        return
    if missing := absent():
        pytest.skip(missing)
    postgres = Postgres(f"answerable_story_{os.getpid()}")
    try:
        with postgres.fresh() as url:
            yield f'[database]\nurl = "{url}"\n'
    finally:
        postgres.close()


@asynccontextmanager
async def harbour(folder: Path, database: str) -> AsyncIterator[tuple[House, PostfixServer, dovecot.Dovecot]]:
    """The daemon, with a Postfix in front and behind it, and a Dovecot beside it."""
    lmtp = free_port()
    with (
        running_postfix(
            virtual_mailbox_domains="customer.example, staff.harbour.example",
            transport_maps=f"inline:{{harbour.example=lmtp:inet:127.0.0.1:{lmtp}}}",
            relay_domains="harbour.example",
            lmtp_destination_recipient_limit="50",
        ) as postfix,
        dovecot.running() as mailboxes,
    ):
        mailboxes.append("help", mail("pia@customer.example", "The oven", "My oven (order 70001) arrived scratched."))
        mailbox, smarthost = MAILBOX.format(port=mailboxes.port), SMARTHOST.format(port=postfix.port)
        chosen = settings(database, mailbox, outgoing=smarthost, lmtp=lmtp)
        async with open_house(folder, chosen, StoryClock(WEDNESDAY)) as house:
            yield house, postfix, mailboxes


async def test_a_complaint_from_its_first_word_to_its_last(tmp_path: Path, database: str) -> None:
    """Read it from top to bottom: it is what the product is for."""
    async with harbour(tmp_path, database) as (house, postfix, _):
        # Four customers complain, each in their own way.
        await swaks(
            postfix.port, "jo@customer.example", "Lamp", "My lamp (order 88123) has the wrong shade. Disappointed."
        )
        await swaks(
            house.smtp, "nair@customer.example", "Charged twice", "Charged twice for order 66012, and nobody answers."
        )
        accepted = await post(
            house,
            {"id": "w1", "sender": {"email": "li@customer.example", "name": "Li Wei"}, "text": "Order 55010 is late."},
            name="msg_1",
        )
        assert accepted == 200
        await house.quiet(messages=4)

        # Each has a case, an owner and a row on the register, and an acknowledgement that left through the smarthost.
        cases = {case.route.address: case for case in await house.cases()}
        assert sorted(cases) == [f"{name}@customer.example" for name in ("jo", "li", "nair", "pia")]
        assert len(await house.register()) == 4
        postfix.finish()
        inbox = arrived(postfix)
        for address, case in cases.items():
            (letter,) = [m for m in inbox if m["To"] == address]
            assert case.ref in letter["Subject"]
            assert letter["Auto-Submitted"] == "auto-replied"
            words = text_of(letter)
            assert "Asha Patel" in words
            assert "by 17:30 today, Wednesday 21 January (UK time)" in words
            assert "first time" in words
        lamp = cases["jo@customer.example"]
        assert lamp.status == "open"
        assert lamp.owner == "asha"

        # Jo replies to the acknowledgement: it joins the case, and Asha is told.
        (acknowledgement,) = [m for m in inbox if m["To"] == "jo@customer.example"]
        await reply(
            postfix.port, acknowledgement, "jo@customer.example", "Yes, first time. It is a present for Saturday."
        )
        await house.quiet(messages=5)
        lamp = await house.case(lamp.ref)
        assert lamp.contacts == 2
        assert lamp.first_time == "yes"
        assert len(await house.cases()) == 4

        # Asha answers from her own mail program: the customer hears from the desk, and the promise is kept.
        notice = await latest(house, "asha@staff.harbour.example", lamp.ref)
        assert "Press Reply to answer the customer" in text_of(notice)
        await staff_reply(house, notice, "The right shade leaves today by courier.\n\n-- \nAsha, mobile 07700 900123")
        await house.quiet(messages=6)
        answer = await latest(house, "jo@customer.example", lamp.ref)
        assert "help@harbour.example" in answer["From"]
        assert "leaves today by courier" in text_of(answer)
        assert "staff.harbour.example" not in answer.as_string()
        assert "900123" not in answer.as_string()
        assert answer["In-Reply-To"]
        lamp = await house.case(lamp.ref)
        assert [p.state for p in lamp.promises][:1] == ["kept"]

        # Nobody answers Mr Nair. Asha is reminded, and before the promised time has passed he is told the truth.
        charged = cases["nair@customer.example"]
        await house.at(WEDNESDAY.replace(hour=15, minute=0))
        assert [address for address, text in await house.letters("nudge")] == ["asha@staff.harbour.example"] * 3
        await house.at(WEDNESDAY.replace(hour=17, minute=26))
        (honest,) = [
            text for address, text in await house.letters("promise_broken") if address == "nair@customer.example"
        ]
        assert "by 12:00 on Thursday 22 January (UK time)" in honest
        charged = await house.case(charged.ref)
        assert [p.state for p in charged.promises] == ["broken", "open"]

        # The next morning the lamp goes to the warehouse, which resolves it: a follow-up is owed, by Asha.
        await house.at(WEDNESDAY.replace(day=22, hour=9, minute=30))
        await staff_reply(
            house, await latest(house, "asha@staff.harbour.example", lamp.ref), "#pass Warehouse\nPlease send it."
        )
        await house.quiet(messages=7)
        handed = await latest(house, "wes@staff.harbour.example", lamp.ref)
        await staff_reply(house, handed, "#resolve right shade delivered", login="wes")
        await house.quiet(messages=8)
        lamp = await house.case(lamp.ref)
        assert (lamp.owner, lamp.handler, lamp.status) == ("asha", "wes", "follow_up")
        ((who, task),) = await house.letters("follow_up_task")
        assert who == "asha@staff.harbour.example"
        assert "Hello, my name is Asha Patel calling from Harbour Home." in task
        assert "Thank you for your time." in task

        # The follow-up goes out by mail; "no" reopens the case, and after a second try "yes" closes it.
        await house.at(lamp.follow_up_due_at)
        question = await latest(house, "jo@customer.example", lamp.ref)
        await reply(postfix.port, question, "jo@customer.example", "No, it is still the wrong shade.")
        await house.quiet(messages=9)
        lamp = await house.case(lamp.ref)
        assert (lamp.status, lamp.reopened) == ("open", 1)
        assert row_of(await house.register(), "Jo")[4] == "N"
        notice = await latest(house, "wes@staff.harbour.example", lamp.ref)
        await staff_reply(
            house, notice, "#resolve shade exchanged at the door\n#idea photograph shades before packing", login="wes"
        )
        await house.quiet(messages=10)
        lamp = await house.case(lamp.ref)
        await house.at(lamp.follow_up_due_at)
        question = await latest(house, "jo@customer.example", lamp.ref)
        await reply(postfix.port, question, "jo@customer.example", "Yes, all good now, thank you!")
        await house.quiet(messages=11)

        # The register says all of it, and nothing is unaccounted for.
        lamp = await house.case(lamp.ref)
        assert lamp.settled
        row = row_of(await house.register(), "Jo")
        assert row[0:2] == ("Asha Patel", "Customer Care")
        assert row[2] == "2026-01-21"
        assert row[3] >= "2026-01-22"
        assert row[4] == "Y"
        assert "wrong shade" in row[6]
        assert row[7] == "shade exchanged at the door"
        assert row[8] == "photograph shades before packing"
        assert await house.faults() == ()


def mail(sender: str, subject: str, body: str) -> bytes:
    name = sender.partition("@")[0].title()
    return (
        f"From: {name} <{sender}>\r\nTo: help@harbour.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{subject.replace(' ', '.')}@customer.example>\r\nDate: Wed, 21 Jan 2026 11:00:00 +0000\r\n\r\n{body}\r\n"
    ).encode()


async def swaks(port: int, sender: str, subject: str, body: str) -> None:
    """What a newcomer types."""
    if shutil.which("swaks") is None:
        pytest.skip("swaks is not installed")
    name = sender.partition("@")[0].title()
    await run(
        *["swaks", "--silent", "2", "--server", f"127.0.0.1:{port}", "--from", sender, "--to", "help@harbour.example"],
        *["--header", f"From: {name} <{sender}>", "--header", f"Subject: {subject}", "--body", body],
    )


async def reply(port: int, letter: Message, sender: str, words: str) -> None:
    """What a customer's mail program does when they press Reply: top-posted, the letter quoted below."""
    quoted = "\n".join(f"> {line}" for line in text_of(letter).splitlines())
    answer = f"{words}\n\nOn Wed, 21 Jan 2026 at 12:00, Harbour Home <help@harbour.example> wrote:\n{quoted}\n"
    name = sender.partition("@")[0].title()
    headers = {"From": f"{name} <{sender}>", "Subject": f"Re: {letter['Subject']}", "In-Reply-To": letter["Message-ID"]}
    headers["References"] = f"{letter['References'] or ''} {letter['Message-ID']}".strip()
    await send(port, sender, letter["Reply-To"], headers, answer)


async def staff_reply(house: House, notice: Message, words: str, *, login: str = "asha") -> None:
    """Reply in a staff member's own mail program, submitted with their login."""
    quoted = "\n".join(f"> {line}" for line in text_of(notice).splitlines())
    answer = f"{words}\n\nOn Wed, 21 Jan 2026 at 12:00, Harbour Home <help@harbour.example> wrote:\n\n{quoted}\n"
    address = f"{login}@staff.harbour.example"
    headers = {"From": address, "Subject": f"Re: {notice['Subject']}", "In-Reply-To": notice["Message-ID"]}
    await send(
        house.smtp, address, notice["Reply-To"], headers, answer, "--auth-user", login, "--auth-password", PASSWORD
    )


async def send(port: int, sender: str, recipient: str, headers: dict[str, str], body: str, *more: str) -> None:
    options = [part for name, value in headers.items() for part in ("--header", f"{name}: {value}")]
    await run(
        *["swaks", "--silent", "2", "--server", f"127.0.0.1:{port}", "--from", sender, "--to", recipient],
        *[*options, "--body", body, *more],
    )


async def run(*command: str) -> None:
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


def arrived(postfix: PostfixServer) -> list[Message]:
    """What lies in the maildirs behind the smarthost."""
    return [email.message_from_bytes(blob) for blob in postfix.mails()]


async def latest(house: House, address: str, ref: str) -> Message:
    """The newest letter to an address about a case."""
    found = [email.message_from_bytes(blob) for blob in await house.raw_letters(address)]
    return [letter for letter in found if ref in letter["Subject"]][-1]


def text_of(letter: Message) -> str:
    part = next(p for p in letter.walk() if p.get_content_type() == "text/plain")
    return part.get_payload(decode=True).decode()


def row_of(rows: list[tuple[str, ...]], name: str) -> tuple[str, ...]:
    return next(row for row in rows if row[5].startswith(name))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
