"""The running daemon with one complaint in it, and staff who write to it: with a login, or past our own border."""

from __future__ import annotations

import asyncio
import email
import re
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

from intake.case import Case
from store import inbound
from tests.e2e.company import settings
from tests.e2e.house import PASSWORD, House, StoryClock, open_house

TUESDAY = datetime(2026, 1, 13, 10, 4, tzinfo=UTC)
ASHA, WES, JO = "asha@staff.harbour.example", "wes@staff.harbour.example", "jo@customer.example"
PASS = "mx.harbour.example; dmarc=pass header.from=staff.harbour.example"
WORDS = "The right shade leaves today by courier."
BORDER = '[desk]\nauthserv_ids = ["mx.harbour.example"]\n'
CONFIRM = re.compile(r"help\+y\.\S+@harbour\.example")


class Desk:
    """The running daemon, with one complaint in it, and what a test sends to it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.sent = 0

    async def deliver(self, mail: bytes, *, to: str, login: str = "", by_lmtp: bool = False) -> None:
        """Hand a mail over, and wait until it is decided."""
        await asyncio.to_thread(self.talk, mail, to, login, by_lmtp)
        self.sent += 1
        await self.house.quiet(messages=self.sent)

    def talk(self, mail: bytes, to: str, login: str = "", by_lmtp: bool = False) -> None:
        wire = (
            smtplib.LMTP("127.0.0.1", self.house.lmtp)
            if by_lmtp
            else smtplib.SMTP("127.0.0.1", self.house.smtp, timeout=20)
        )
        with wire:
            if login:
                wire.login(login, PASSWORD)
            wire.sendmail("bounces@somewhere.example", [to], mail)

    async def staff(self, body: str, *, to: str, login: str = "asha", by: str = ASHA, **headers: str) -> None:
        """By authenticated submission."""
        await self.deliver(written(body, by=by, to=to, **headers), to=to, login=login)

    async def border(self, body: str, *, to: str, verdict: str = PASS, by: str = ASHA, **headers: str) -> None:
        """By LMTP, from our own border, with its verdict on top."""
        verdicts = f"Authentication-Results: {verdict}\r\n".encode() if verdict else b""
        await self.deliver(verdicts + written(body, by=by, to=to, **headers), to=to, by_lmtp=True)

    async def address(self, person: str = ASHA) -> str:
        """The signed address in the newest letter to a person."""
        return (await self.letters(person))[-1]["Reply-To"]

    async def letters(self, address: str) -> list[Message]:
        return [email.message_from_bytes(blob) for blob in await self.house.raw_letters(address)]

    async def answers(self) -> list[str]:
        """What staff said to the customer, as it went out."""
        return [text for _, text in await self.house.letters("reply")]

    async def held(self) -> list[tuple[str, str]]:
        """Reason and person of everything that waits."""
        return [(each.reason, each.person) for each in await self.house.parts.store.read(inbound.parked)]

    async def case(self) -> Case:
        (case,) = [case for case in await self.house.cases() if case.route.address == JO]
        return case


def written(body: str, *, by: str, to: str, **headers: str) -> bytes:
    head = {"From": by, "To": to, "Subject": "Re: the lamp", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in head.items())
    return f"{lines}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n".encode()


@asynccontextmanager
async def a_complaint(folder: Path) -> AsyncIterator[Desk]:
    async with open_house(folder, settings(BORDER), StoryClock(TUESDAY)) as house:
        desk = Desk(house)
        mail = written("My lamp (order 88123) has the wrong shade.", by=f"Jo Marsh <{JO}>", to="help@harbour.example")
        await desk.deliver(mail, to="help@harbour.example")
        yield desk
        assert await house.faults() == ()


async def notice(desk: Desk) -> str:
    """The latest letter about mail that is held, on one line."""
    return " ".join((await desk.house.letters("hold_notice"))[-1][1].split())
