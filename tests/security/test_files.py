"""Files: no infected one reaches anybody, nobody goes unheard for one, and a scanner that is away loses nothing.

With the real clamd (EICAR), through the whole daemon over SMTP. P-08; FreeScout CVE-2026-28289 ("Mail2Shell": what came by mail
was in place before anybody had looked); RT CVE-2022-25802 (a type that the sender chose).
"""

from __future__ import annotations

import asyncio
import base64
import email
import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from config.settings import Scanner as Options
from store.schema import inbound
from tests.e2e.company import post, settings, submit
from tests.e2e.house import House, StoryClock, open_house
from tests.servers.clamd import EICAR, NAME, Clamd, clamd
from workers.edge import clamd as client

TUESDAY = datetime(2026, 1, 13, 10, 0, tzinfo=UTC)
DECISIONS = select(inbound.c.state, inbound.c.reasons, inbound.c.scanned).order_by(inbound.c.id)


@pytest.fixture(scope="module")
def server() -> Iterator[Clamd]:
    with clamd() as one:
        one.start()
        yield one


def company(address: str, *more: str) -> str:
    return settings("\n".join(["[scanner]", f'address = "{address}"', *more]))


def with_files(
    *files: tuple[str, bytes], by: str = "Jo <jo@customer.example>", to: str = "help@harbour.example"
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = by, to, "The lamp came broken"
    mail["Message-ID"] = f"<{abs(hash(files))}@customer.example>"
    mail.set_content("My lamp came broken, order 88123. See what I attached.\n")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


async def notification(house: House) -> tuple[str, list[str]]:
    """The text of the last letter to Asha, and the names of its files."""
    mail = email.message_from_bytes((await house.raw_letters("asha@staff.harbour.example"))[-1])
    (words,) = (p.get_payload(decode=True) for p in mail.walk() if p.get_content_type() == "text/plain")
    assert isinstance(words, bytes)
    return words.decode(), [p.get_filename() or "" for p in mail.walk() if p.get_filename()]


async def letters_with(house: House, content: bytes) -> int:
    """How many letters to anybody hold these bytes in a file."""
    blobs = [b for who in ("asha@staff.harbour.example", "jo@customer.example") for b in await house.raw_letters(who)]
    parts = [part for blob in blobs for part in email.message_from_bytes(blob).walk()]
    return sum(content in (part.get_payload(decode=True) or b"") for part in parts if not part.is_multipart())


async def decisions(house: House) -> list[tuple[str, list[str], dict[str, object]]]:
    rows = await house.parts.store.read(lambda tx: list(tx.execute(DECISIONS)))
    return [(row.state, row.reasons, row.scanned) for row in rows]


def zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("invoice.exe", content)
    return target.getvalue()


@pytest.mark.parametrize("content", [EICAR, zipped(EICAR)], ids=["as it is", "in an archive"])
async def test_eicar_is_a_case_and_acknowledged_but_no_letter_carries_it(
    tmp_path: Path, server: Clamd, content: bytes
) -> None:
    async with open_house(tmp_path, company(server.tcp), StoryClock(TUESDAY)) as house:
        await submit(house, with_files(("invoice.pdf", content), ("lamp.jpg", b"a picture")))
        await house.quiet(messages=1)
        words, files = await notification(house)
        (case,) = await house.cases()
        acknowledged = await house.letters("acknowledgement")
        (decided,) = await decisions(house)
        carried = await letters_with(house, content)
    assert case.issue
    assert [address for address, _ in acknowledged] == ["jo@customer.example"]
    assert "A virus was found" in words
    assert "invoice.pdf, lamp.jpg" in words
    assert (files, carried) == ([], 0)
    assert decided[0] == "done"
    assert "files-infected" in decided[1]
    assert decided[2] == {"verdict": "infected", "found": [f"{NAME}.UNOFFICIAL"]}


async def test_a_file_that_comes_by_another_way_is_scanned_as_well(tmp_path: Path, server: Clamd) -> None:
    file = {"name": "lamp.jpg", "type": "image/jpeg", "content_b64": base64.b64encode(EICAR).decode()}
    contact = {"id": "k1", "sender": {"email": "jo@customer.example"}, "text": "It leaks", "attachments": [file]}
    async with open_house(tmp_path, company(server.tcp), StoryClock(TUESDAY)) as house:
        assert await post(house, contact, name="msg_1") == 200
        await house.quiet(messages=1)
        words, files = await notification(house)
    assert "A virus was found" in words
    assert files == []


async def test_a_file_in_a_mail_that_two_programs_read_apart_is_scanned_as_we_read_it(
    tmp_path: Path, server: Clamd
) -> None:
    """Its encoding is named twice, in two ways."""
    hidden = with_files(("form.pdf", EICAR)).replace(
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: (7bit) base64\nContent-Transfer-Encoding: 7bit",
    )
    async with open_house(tmp_path, company(server.tcp), StoryClock(TUESDAY)) as house:
        await submit(house, hidden)
        await house.quiet(messages=1)
        assert await letters_with(house, EICAR) == 0


async def test_what_is_clean_goes_along_with_the_letter_to_staff(tmp_path: Path, server: Clamd) -> None:
    async with open_house(tmp_path, company(server.unix), StoryClock(TUESDAY)) as house:
        await submit(house, with_files(("lamp.jpg", b"a picture")))
        await house.quiet(messages=1)
        words, files = await notification(house)
    assert files == ["lamp.jpg"]
    assert "virus" not in words


async def test_an_infected_file_of_staff_is_not_relayed_and_they_are_told(tmp_path: Path, server: Clamd) -> None:
    async with open_house(tmp_path, company(server.tcp), StoryClock(TUESDAY)) as house:
        await submit(house, with_files())
        await house.quiet(messages=1)
        told = email.message_from_bytes((await house.raw_letters("asha@staff.harbour.example"))[-1])
        answer = with_files(("form.pdf", EICAR), by="Asha Patel <asha@staff.harbour.example>", to=str(told["Reply-To"]))
        await submit(house, answer, sender="asha@staff.harbour.example", login=True)
        await house.quiet(messages=2)
        refusals = await house.letters("refusal")
        replies = await house.letters("reply")
    assert replies == []
    ((address, words),) = refusals
    assert address == "asha@staff.harbour.example"
    assert "A virus was found in what you attached" in words


async def test_while_the_scanner_is_away_files_wait_words_do_not_and_then_the_customer_is_heard_without_them(
    tmp_path: Path,
) -> None:
    with clamd() as away:
        clock = StoryClock(TUESDAY)
        async with open_house(tmp_path, company(away.tcp), clock) as house:
            await submit(house, with_files(("lamp.jpg", b"a picture")))
            await submit(house, with_files(), sender="kit@customer.example")
            await settled(house, 1)
            waiting = await decisions(house)
            watch = next(r for r in house.parts.runners if r.name == "watch")
            await until(lambda: "scanner" in watch.raised)  # type: ignore[attr-defined]
            clock.at += timedelta(minutes=16)
            await house.quiet(messages=2)
            words, files = await notification(house)
            after = await decisions(house)
    assert [row[0] for row in waiting] == ["new", "done"]
    assert [row[0] for row in after] == ["done", "done"]
    assert after[0][2] == {"verdict": "unscanned", "found": []}
    assert "could not be scanned for viruses" in words
    assert files == []


async def test_a_scanner_that_comes_back_in_time_lets_the_files_through(tmp_path: Path) -> None:
    with clamd() as server:
        clock = StoryClock(TUESDAY)
        async with open_house(tmp_path, company(server.tcp), clock) as house:
            await submit(house, with_files(("lamp.jpg", b"a picture")))
            await submit(house, with_files(), sender="kit@customer.example")
            await settled(house, 1)
            await asyncio.to_thread(server.start)
            clock.at += timedelta(minutes=1)
            await house.quiet(messages=2)
            words, files = await notification(house)
    assert "lamp.jpg" in words
    assert files == ["lamp.jpg"]


async def test_a_file_too_large_for_the_scanner_is_withheld_without_waiting(tmp_path: Path, server: Clamd) -> None:
    async with open_house(tmp_path, company(server.tcp, "max_size = 1000"), StoryClock(TUESDAY)) as house:
        await submit(house, with_files(("film.mp4", b"x" * 1001)))
        await house.quiet(messages=1)
        words, files = await notification(house)
    assert "could not be scanned" in words
    assert files == []


@asynccontextmanager
async def pretender(said: bytes | None) -> AsyncIterator[str]:
    """Somebody at the scanner's address who says this and hangs up, or listens and says nothing."""
    left = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            if said is None:
                await reader.read()
            else:
                writer.write(said)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        left.set()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await left.wait()


async def test_a_scanner_that_takes_the_file_and_says_nothing_is_given_up_in_time() -> None:
    async with pretender(None) as address:
        with pytest.raises(client.Unanswered):
            await client.Clamd(Options(address=address, timeout=0.2)).scan(b"x" * 1_000_000)


@pytest.mark.parametrize("said", [b"INSTREAM size limit exceeded. ERROR\0", b"x" * 10_000, b"stream: OK", b"\0"])
async def test_whatever_else_a_scanner_says_is_no_verdict(said: bytes) -> None:
    async with pretender(said) as address:
        with pytest.raises(client.Unanswered):
            await client.Clamd(Options(address=address)).scan(b"x" * 1_000_000)


async def settled(house: House, count: int) -> None:
    """Until so many messages are decided."""

    async def done() -> bool:
        return sum(state == "done" for state, *_ in await decisions(house)) >= count

    for _ in range(200):
        if await done():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nothing is decided")


async def until(true) -> None:
    for _ in range(200):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came true")
