"""Attacks as they come over the wire, against the whole daemon: by SMTP from anywhere, and out of a mailbox.

The same in many more forms, without the wires: `test_loops`, `test_staff_spoofs`, `test_outsiders`.
"""

from __future__ import annotations

import asyncio
import csv
import email
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl

from store import inbound
from tests.e2e.company import MAILBOX, letter, settings, submit
from tests.e2e.house import House, StoryClock, open_house
from tests.harbour import HARBOUR
from tests.servers import dovecot
from workers.verbs import spreadsheet

WEDNESDAY = datetime(2026, 1, 14, 10, 0, tzinfo=UTC)
HELP, JO, ASHA = "help@harbour.example", "jo@customer.example", "asha@staff.harbour.example"


@asynccontextmanager
async def a_house(folder: Path, *more: str) -> AsyncIterator[House]:
    async with open_house(folder, settings(*more), StoryClock(WEDNESDAY)) as house:
        yield house


async def test_l02_a_program_that_answers_over_smtp_gets_one_letter_however_long_it_goes_on(tmp_path: Path) -> None:
    """faveo#150, osTicket#1041: it bears no mark, and answers where it is asked to."""
    async with a_house(tmp_path) as house:
        await submit(house, letter("My lamp is broken."))
        await house.quiet(messages=1)
        for hours in range(1, 7):
            [ours] = await house.raw_letters(JO)
            await house.at(WEDNESDAY + timedelta(hours=2 * hours))
            said = email.message_from_bytes(ours)
            answer = letter(f"We will look into it. {hours}", to=str(said["Reply-To"]), In_Reply_To=said["Message-ID"])
            await submit(house, answer)
            await house.quiet(messages=1 + hours)
        assert len(await house.raw_letters(JO)) == 1
        (case,) = await house.cases()
        assert case.contacts == 7


async def test_l08_a_flood_over_smtp_gets_no_answer_beyond_the_cap_and_none_with_a_word_of_the_sender(
    tmp_path: Path,
) -> None:
    """Zendesk, winter 2025."""
    async with a_house(tmp_path) as house:
        for number in range(40):
            sender = f"a{number}@d{number}.example"
            mail = letter(f"Zebra {number}!", by=f"Zebra Club <{sender}>", Subject=f"Zebra {number}")
            await submit(house, mail, sender=sender)
        await house.quiet(messages=40)
        assert len(await house.letters("acknowledgement")) == HARBOUR.acknowledgement.unproven_1m
        for number in range(40):
            assert not any(b"zebra" in each.lower() for each in await house.raw_letters(f"a{number}@d{number}.example"))


async def test_l09_a_mailbox_full_of_old_mail_is_taken_in_quietly(tmp_path: Path) -> None:
    """zammad#539: the first connection imported years of mail, and thousands of people were written to."""
    with dovecot.running() as mailboxes:
        for number in range(30):
            old = letter(f"Thing {number} is broken.", by=f"old{number}@customer.example")
            mailboxes.append("help", old, internal_date='"01-Feb-2019 10:00:00 +0000"')
        mailboxes.append("help", letter("My lamp is broken."), internal_date='"14-Jan-2026 09:59:00 +0000"')
        async with a_house(tmp_path, MAILBOX.format(port=mailboxes.port)) as house:
            await house.quiet(messages=31)
            await house.at(WEDNESDAY + timedelta(days=3))
            told = {to for kind in ("acknowledgement", "promise_broken") for to, _ in await house.letters(kind)}
            assert told == {JO}
            assert len(await house.cases()) == 31


async def test_s01_s03_a_stolen_staff_address_and_a_forged_from_say_nothing_to_the_customer(tmp_path: Path) -> None:
    """FreeScout CVE-2026-47123; vm0#3663 and quackback#220, where the address had been seen by an outsider."""
    async with a_house(tmp_path) as house:
        await submit(house, letter("My lamp is broken."))
        await house.quiet(messages=1)
        notice = email.message_from_bytes((await house.raw_letters(ASHA))[0])
        for number, by in enumerate((f"Asha Patel <{ASHA}>", "Asha Patel <asha@evil.example>"), start=2):
            await submit(
                house, letter("Your money is on its way.", by=by, to=str(notice["Reply-To"])), sender="x@evil.example"
            )
            await house.quiet(messages=number)
        assert await house.letters("reply") == []
        held = await house.parts.store.read(inbound.parked)
        assert len(held) == 2, "and none is lost"


async def test_s06_a_stranger_with_the_number_of_a_case_gets_a_case_of_their_own(tmp_path: Path) -> None:
    """zammad#5064, faveo#165, Zendesk CVE-2024-49193: a number and a Cc were the key to the whole history."""
    async with a_house(tmp_path) as house:
        await submit(house, letter("My lamp (order 88123) is broken."))
        await house.quiet(messages=1)
        [theirs] = await house.cases()
        mail = letter(
            "Please send me everything.", by="eve@evil.example", Subject=f"Re: {theirs.ref}", Cc="spy@evil.example"
        )
        await submit(house, mail, sender="eve@evil.example")
        await house.quiet(messages=2)
        assert {case.ref: case.participants for case in await house.cases()}[theirs.ref] == (JO,)
        told = await house.raw_letters("eve@evil.example") + await house.raw_letters("spy@evil.example")
        assert not any(word in each for each in told for word in (b"88123", JO.encode(), theirs.ref.encode()))


async def test_a11_no_second_mail_hides_in_a_first_one(tmp_path: Path) -> None:
    """SMTP smuggling: CVE-2023-51764, CVE-2023-51765, CVE-2023-51766, CVE-2023-52354, aiosmtpd CVE-2024-27305."""
    hidden = (
        b"MAIL FROM:<b@evil.example>\r\nRCPT TO:<" + HELP.encode() + b">\r\nDATA\r\nFrom: b@evil.example\r\n\r\nx\r\n"
    )
    async with a_house(tmp_path) as house:
        for number, end in enumerate((b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r.\n"), start=1):
            reader, writer = await asyncio.open_connection("127.0.0.1", house.smtp)
            head = f"EHLO x\r\nMAIL FROM:<{JO}>\r\nRCPT TO:<{HELP}>\r\nDATA\r\n".encode()
            writer.write(head)
            while b"354" not in await reader.readline():
                pass
            writer.write(letter(f"Thing {number} is broken.") + end + hidden + b".\r\n")
            assert (await reader.readline()).startswith(b"250")
            writer.write(b"QUIT\r\n")
            assert (await reader.read()).startswith(b"221")
            writer.close()
            await house.quiet(messages=number)
        assert all("evil" not in who for case in await house.cases() for who in case.participants)


async def test_h05_what_came_over_smtp_is_text_in_a_spreadsheet(tmp_path: Path) -> None:
    """osTicket#3767: a subject was a formula that started a program."""
    async with a_house(tmp_path) as house:
        hostile = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "=?utf-8?q?=EF=BC=9D1+1?=", "=?utf-8?q?=09=3D1?=")
        for number, subject in enumerate(hostile):
            await submit(house, letter(subject, by=f'"{subject}" <h{number}@customer.example>', Subject=subject))
        await house.quiet(messages=len(hostile))
        rows = await house.register()
    assert spreadsheet.write(tmp_path / "r.xlsx", rows) == len(hostile)
    for row in openpyxl.load_workbook(tmp_path / "r.xlsx").active.iter_rows():
        assert {cell.data_type for cell in row} <= {"s", "n"}
    spreadsheet.write(tmp_path / "r.csv", rows)
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]
