"""Where mail comes straight from the Internet, the daemon finds out who stands behind it: over SMTP, with a DNS of our own."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from store.schema import inbound
from tests.e2e import staff
from tests.e2e.company import settings
from tests.e2e.house import House, StoryClock, open_house
from tests.servers.dns import NameServer, name_server, text
from tests.signing import published, rsa_key, signed

TUESDAY = datetime(2026, 1, 13, 10, 4, tzinfo=UTC)
DESK = "help@harbour.example"
ZONE = {
    "_dmarc.corp.example": {"TXT": [text("v=DMARC1; p=reject")]},
    "s._domainkey.corp.example": {"TXT": [published(rsa_key())]},
    "_dmarc.harbour.example": {"TXT": [text("v=DMARC1; p=reject")]},
    "staff.harbour.example": {"TXT": [text("v=spf1 ip4:127.0.0.1 -all")]},
}


@asynccontextmanager
async def at_the_edge(folder: Path) -> AsyncIterator[tuple[House, NameServer]]:
    with name_server({**ZONE}) as dns:
        names = f'[dns]\nservers = ["{dns.address}"]\ntimeout = 1.5\n'
        async with open_house(folder, settings(staff.BORDER, names, smtp="edge = true"), StoryClock(TUESDAY)) as house:
            yield house, dns
            assert await house.faults() == ()


async def arrives(house: House, mail: bytes, *, to: str = DESK, mail_from: str = "b@evil.example") -> None:
    def talk() -> None:
        with smtplib.SMTP("127.0.0.1", house.smtp, timeout=20) as wire:
            wire.sendmail(mail_from, [to], mail)

    await asyncio.to_thread(talk)


async def reasons(house: House) -> list[list[str]]:
    wanted = select(inbound.c.reasons).order_by(inbound.c.id)
    return await house.parts.store.read(lambda tx: list(tx.scalars(wanted)))


def complaint(number: int, by: str = "Jo <jo@corp.example>") -> bytes:
    return staff.written(f"Lamp number {number} is broken, order 8812{number}.", by=by, to=DESK)


async def test_only_who_is_proven_to_have_written_is_answered_and_everything_is_filed(tmp_path: Path) -> None:
    async with at_the_edge(tmp_path) as (house, dns):
        await arrives(house, signed(complaint(1), "corp.example"))
        await house.quiet(messages=1)
        assert [address for address, _ in await house.letters("acknowledgement")] == ["jo@corp.example"]

        await arrives(house, complaint(2))
        dns.slow.add("*")
        await arrives(house, signed(complaint(3, "Al <al@other.example>"), "other.example"))
        await house.quiet(messages=3)
        _, forged, unknown = await reasons(house)
        assert "no-acknowledgement:authentication-failed" in forged
        assert "no-acknowledgement:authentication-unknown" in unknown
        assert len(await house.letters("acknowledgement")) == 1
        assert len(await house.cases()) == 3


async def test_a_dns_that_is_silent_holds_up_nobody_but_those_it_is_asked_about(tmp_path: Path) -> None:
    """F-07: every sender has its 250 at once, and mail that comes by other ways is decided meanwhile."""
    async with at_the_edge(tmp_path) as (house, dns):
        dns.slow.add("*")
        for number in range(5):
            await arrives(house, complaint(number))
        by_lmtp = complaint(7, "Eve <eve@customer.example>")
        await asyncio.to_thread(staff.Desk(house).talk, by_lmtp, DESK, "", True)
        await house.quiet(messages=6)
        decided = select(inbound.c.channel).order_by(inbound.c.decided_at, inbound.c.id.desc())
        assert len(await house.cases()) == 6
        assert await house.parts.store.read(lambda tx: tx.scalars(decided).first()) == "lmtp"


async def test_staff_who_send_through_their_own_servers_are_proven(tmp_path: Path) -> None:
    async with at_the_edge(tmp_path) as (house, _):
        await arrives(house, signed(complaint(1), "corp.example"))
        await house.quiet(messages=1)
        to = await staff.Desk(house).address()
        await arrives(
            house, staff.written(staff.WORDS, by=staff.ASHA, to=to), to=to, mail_from="asha@staff.harbour.example"
        )
        await arrives(house, staff.written("Send money.", by=staff.ASHA, to=to), to=to)
        await house.quiet(messages=3)
        (answer,) = [words for _, words in await house.letters("reply")]
        assert staff.WORDS in answer
        assert await staff.Desk(house).held() == [("sender-not-proven", "asha")]


async def test_what_was_found_out_is_kept_and_the_dns_is_not_asked_again(tmp_path: Path) -> None:
    async with at_the_edge(tmp_path) as (house, dns):
        await arrives(house, signed(complaint(1), "corp.example"))
        await house.quiet(messages=1)
        kept = await house.parts.store.read(lambda tx: tx.scalar(select(inbound.c.checked)))
        assert kept == {
            "header_from": "corp.example",
            "dmarc": "pass",
            "policy": "reject",
            "spf": "none",
            "dkim": ["corp.example"],
            "arc": "none",
        }
        asked = len(dns.asked)
        await arrives(house, signed(complaint(2), "corp.example"))
        await house.quiet(messages=2)
        assert dns.asked[asked:] == [], "answers are remembered for as long as they say"
