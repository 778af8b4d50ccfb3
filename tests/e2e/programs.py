"""What people write and read with: swaks, the Reply of a mail program, and the maildir in which a letter arrives."""

from __future__ import annotations

import asyncio
import email
import shutil
import subprocess
from email.message import Message

import pytest

from tests.e2e.house import PASSWORD, House
from tests.servers.postfix import Postfix


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


def arrived(postfix: Postfix) -> list[Message]:
    """What lies in the maildirs behind the smarthost."""
    return [email.message_from_bytes(blob) for blob in postfix.mails()]


async def latest(house: House, address: str, ref: str) -> Message:
    """The newest letter to an address about a case."""
    found = [email.message_from_bytes(blob) for blob in await house.raw_letters(address)]
    return [letter for letter in found if ref in letter["Subject"]][-1]


def text_of(letter: Message) -> str:
    part = next(p for p in letter.walk() if p.get_content_type() == "text/plain")
    return part.get_payload(decode=True).decode()
