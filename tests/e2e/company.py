"""Harbour Home's settings for stories, and the plain clients that its customers use: SMTP, the chat window, a webhook."""

from __future__ import annotations

import asyncio
import json
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from standardwebhooks import Webhook

from tests.e2e.house import PASSWORD, House

MAILBOX = """
[channel.mailbox]
kind = "imap"
host = "127.0.0.1"
port = {port}
tls = "none"
user = "help"
password_file = "mailbox-password"
"""
_COMPANY = """
[log]
level = "error"

[channel.smtp]
kind = "smtp"
listen = "127.0.0.1:0"
accounts = "accounts"
{smtp}

[channel.lmtp]
kind = "smtp"
protocol = "lmtp"
listen = "127.0.0.1:{lmtp}"

[channel.shop]
kind = "webhook"
secrets_file = "webhook-secrets"

[channel.chat]
kind = "chat"

[http]
listen = "127.0.0.1:0"

[[person]]
id = "asha"
name = "Asha Patel"
email = "asha@staff.harbour.example"
department = "Customer Care"
login = "asha"

[[person]]
id = "ben"
name = "Ben Okoro"
email = "ben@staff.harbour.example"
department = "Customer Care"
role = "leader"

[[person]]
id = "wes"
name = "Wes Tan"
email = "wes@staff.harbour.example"
department = "Warehouse"
login = "wes"

[[department]]
name = "Warehouse"
handler = "wes"

[outgoing]
{outgoing}

[[brand]]
id = "harbour"
name = "Harbour Home"
prefix = "HH"
addresses = ["help@harbour.example"]
seniors = ["ben"]
[brand.rota]
mon = ["asha"]
tue = ["asha"]
wed = ["asha"]
thu = ["asha"]
fri = ["asha"]
"""


def settings(*more: str, outgoing: str = 'kind = "outbox"', smtp: str = "", lmtp: int = 0) -> str:
    """The company. Letters go to a folder, or where `outgoing` says; `smtp` adds lines to that listener, `more` adds sections."""
    return "\n".join([_COMPANY.format(outgoing=outgoing, smtp=smtp, lmtp=lmtp), *more])


async def submit(house: House, mail: bytes, *, sender: str = "jo@customer.example", login: bool = False) -> None:
    """Hand a mail over by SMTP; with Asha's login where she is the one."""

    def talk() -> None:
        with smtplib.SMTP("127.0.0.1", house.smtp, timeout=20) as wire:
            if login:
                wire.login("asha", PASSWORD)
            wire.sendmail(sender, [_recipient(mail)], mail)

    await asyncio.to_thread(talk)


def letter(
    body: str, *, by: str = "Jo <jo@customer.example>", to: str = "help@harbour.example", **headers: str
) -> bytes:
    """A mail as a simple program writes it. Header names may be written with underscores."""
    head = {"From": by, "To": to, "Subject": "The lamp", **{k.replace("_", "-"): v for k, v in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return (lines + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + body + "\r\n").encode()


def _recipient(mail: bytes) -> str:
    return next(line[4:].decode() for line in mail.splitlines() if line.lower().startswith(b"to: "))


async def post(house: House, contact: dict[str, Any], *, name: str, secret: str | None = None) -> int:
    """A webhook, signed as Standard Webhooks says; the status that it is answered with."""
    signer = Webhook(secret or (house.folder / "webhook-secrets").read_text().strip())
    body, now = json.dumps(contact), house.clock.now()
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signer.sign(name, now, body),
        "content-type": "application/json",
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{house.web}/hooks/shop", data=body, headers=headers) as answer,
    ):
        return answer.status


class Window:
    """A chat window on somebody's page."""

    def __init__(self, session: aiohttp.ClientSession, secret: str) -> None:
        self._session, self._secret, self._said = session, secret, 0

    async def say(self, text: str, *, name: str = "", email: str = "", again: bool = False) -> None:
        """One line; `again` repeats the last one with the same id, as a window does that got no answer."""
        self._said += not again
        line = {"id": f"message-{self._said}", "text": text, "name": name, "email": email}
        async with self._session.post(f"/chat/sessions/{self._secret}/messages", json=line) as answer:
            assert answer.status == 200, await answer.text()

    async def shown(self, count: int) -> list[dict[str, Any]]:
        """The first entries that the window shows."""
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(10), self._session.get(f"/chat/sessions/{self._secret}/events") as stream:
            async for line in stream.content:
                if line.startswith(b"data: {"):
                    found.append(json.loads(line[6:]))
                if len(found) == count:
                    break
        return found


@asynccontextmanager
async def a_window(house: House) -> AsyncIterator[Window]:
    async with aiohttp.ClientSession(house.web) as session:
        async with session.post("/chat/sessions") as answer:
            secret = (await answer.json())["session"]
        yield Window(session, secret)
