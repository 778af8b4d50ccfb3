"""Staff answer from their own mail program, and nobody else can: on the running daemon, over SMTP with a login and over LMTP.

The desk speaks only for the right person, at the address that was signed for them, with a login or an aligned verdict of our
own border. Everything else is held and told to the person, and no customer ever hears of it.
"""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from intake.case import Status
from store.schema import outbox
from tests.e2e.staff import ASHA, JO, PASS, TUESDAY, WES, WORDS, a_complaint, written


async def test_a_login_or_the_verdict_of_our_border_lets_staff_speak(tmp_path: Path) -> None:
    async with a_complaint(tmp_path) as desk:
        to = await desk.address()
        await desk.staff(WORDS, to=to)
        await desk.border("It arrives on Friday.", to=to)
        local, _, domain = to.rpartition("@")
        await desk.border("A gateway wrote the address in capitals.", to=f"{local.upper()}@{domain.title()}")
        assert [len(await desk.answers()), await desk.held()] == [3, []]
        for answer in (await desk.letters(JO))[1:]:
            assert "help@harbour.example" in answer["From"]
            assert answer["Reply-To"].startswith("help+c.")
            assert "staff.harbour.example" not in answer.as_string()
            assert answer["Authentication-Results"] is None


async def test_without_proof_the_mail_is_held_and_the_person_told(tmp_path: Path) -> None:
    """FreeScout CVE-2026-47123, alga-psa PR 3242: a From line was taken for an agent."""
    async with a_complaint(tmp_path) as desk:
        to = await desk.address()
        foreign = "Received: from a.example by b.example; Tue, 13 Jan 2026 10:00:00 +0000"
        forged = [
            "",
            "mx.harbour.example; dmarc=fail header.from=staff.harbour.example",
            "mx.evil.example; dmarc=pass header.from=staff.harbour.example",
            "mx.harbour.example.evil.example; dmarc=pass header.from=staff.harbour.example",
            "mx.harbour.example; dmarc=pass header.from=evil.example",
            f"mx.evil.example; none\r\n{foreign}\r\n{foreign}\r\nAuthentication-Results: {PASS}",
        ]
        for number, verdict in enumerate(forged):
            await desk.border(f"I am Asha, number {number}.", to=to, verdict=verdict)
        await desk.staff("Not even by SMTP, without a login.", to=to, login="")
        assert await desk.answers() == []
        assert await desk.held() == [("sender-not-proven", "asha")] * 7
        notices = await desk.house.letters("hold_notice")
        assert [address for address, _ in notices] == [ASHA] * 3, "the others stand in a digest"
        assert "Nothing proves that it came from your own mailbox" in " ".join(notices[0][1].split())
        assert "send a mail from your own address to help+y." in " ".join(notices[0][1].split())
        assert (await desk.case()).replies == 0


async def test_an_address_works_for_its_own_person_while_it_is_good(tmp_path: Path) -> None:
    async with a_complaint(tmp_path) as desk:
        to = await desk.address()
        local, _, domain = to.rpartition("@")
        await desk.staff("From Wes, at the address of Asha.", to=to, login="wes", by=WES)
        assert (await desk.held())[-1] == ("signed-address-of-another", "wes")
        await desk.staff("The address was cut off.", to=f"{local[:-3]}@{domain}")
        assert (await desk.held())[-1] == ("no-signed-address", "asha")
        await desk.staff("Another case.", to=re.sub(r"\d{4}", "1234", to, count=1))
        assert (await desk.held())[-1] == ("no-signed-address", "asha")
        desk.house.clock.at = TUESDAY + timedelta(days=32)
        await desk.staff("A month later.", to=to)
        assert (await desk.held())[-1] == ("signed-address-expired", "asha")
        assert {address for address, _ in await desk.house.letters("hold_notice")} == {ASHA, WES}
        assert await desk.answers() == []

        # What the notice says helps: a reply to it is good again.
        await desk.staff(WORDS, to=await desk.address())
        assert len(await desk.answers()) == 1


async def test_a_customer_who_answers_a_letter_to_staff_is_a_customer(tmp_path: Path) -> None:
    async with a_complaint(tmp_path) as desk:
        to = await desk.address()
        await desk.border("You copied me in: #note is nothing to me.", to=to, by=f"Jo Marsh <{JO}>", verdict="")
        case = await desk.case()
        assert (case.contacts, case.replies) == (2, 0)
        assert [await desk.answers(), await desk.held()] == [[], []]


async def test_a_stranger_with_a_copied_staff_address_gets_nowhere(tmp_path: Path) -> None:
    async with a_complaint(tmp_path) as desk:
        stranger = "mallory@evil.example"
        verdict = "mx.harbour.example; dmarc=pass header.from=evil.example"
        await desk.border("#resolve all fine", to=await desk.address(), by=stranger, verdict=verdict)
        case = await desk.case()
        assert (case.status, case.contacts, case.replies) == (Status.OPEN, 1, 0)
        assert stranger not in case.participants
        assert await desk.answers() == []
        assert len(await desk.held()) == 1


async def test_one_mail_is_relayed_once_and_two_answers_both_go_out(tmp_path: Path) -> None:
    async with a_complaint(tmp_path) as desk:
        to = await desk.address()
        await desk.border(WORDS, to=to, Message_ID="<one@staff.harbour.example>")
        await desk.staff(WORDS, to=to, Message_ID="<one@staff.harbour.example>")
        assert len(await desk.answers()) == 1, "the same mail by another way"
        await asyncio.gather(
            *(asyncio.to_thread(desk.talk, written(f"Answer {n}.", by=ASHA, to=to), to, "asha") for n in (1, 2))
        )
        desk.sent += 2
        await desk.house.quiet(messages=desk.sent)
        assert len(await desk.answers()) == 3


async def test_what_a_machine_writes_for_staff_is_never_relayed(tmp_path: Path) -> None:
    async with a_complaint(tmp_path) as desk:
        to = await desk.address()
        await desk.staff(
            "I am away until Monday.", to=to, Auto_Submitted="auto-replied", Subject="Automatic reply: lamp"
        )
        await desk.staff("Your backup is done.", to=to, Auto_Submitted="auto-generated")
        assert await desk.answers() == []
        assert await desk.held() == [("automatic-staff-mail", "asha")]
        assert (await desk.case()).replies == 0
        assert len(await desk.letters(ASHA)) == 1, "and no machine is answered"


async def test_a_note_is_never_in_the_outbox(tmp_path: Path) -> None:
    """Reply-all of a mail program sends to both addresses; a note that comes with an answer stays a note."""
    async with a_complaint(tmp_path) as desk:
        (notice,) = await desk.letters(ASHA)
        page = notice.get_payload()[0].get_payload(decode=True).decode()
        note = re.search(r"help\+n\.\S+@harbour\.example", page.replace("=\n", ""))
        assert note is not None
        to = await desk.address()
        secret = "Zebra, she is upset."
        await asyncio.gather(
            *(
                asyncio.to_thread(desk.talk, written(body, by=ASHA, to=f"{to}, {more}"), at, "asha")
                for body, more, at in (
                    (secret, note[0], to),
                    (f"#note\n{secret}", to, to),
                    (WORDS, to, to),
                )
            )
        )
        desk.sent += 3
        await desk.house.quiet(messages=desk.sent)
        (answer,) = await desk.answers()
        assert WORDS in answer
        letters = await desk.house.parts.store.read(lambda tx: tx.scalars(select(outbox.c.text)).all())
        assert [text for text in letters if "Zebra" in text] == []


async def test_a_case_goes_to_another_team_and_back_by_mail(tmp_path: Path) -> None:
    async with a_complaint(tmp_path) as desk:
        await desk.staff("#pass Nowhere", to=await desk.address())
        refusal = (await desk.house.letters("refusal"))[0][1]
        assert "Teams are: Warehouse." in " ".join(refusal.split())
        await desk.staff("#pass Warehouse please look\n#status", to=await desk.address())
        assert "passed it to Warehouse, Wes Tan" in " ".join((await desk.house.letters("status"))[0][1].split())
        await desk.staff("#Resolved: shade found", to=await desk.address(WES), login="wes", by=WES)
        case = await desk.case()
        assert (case.owner, case.handler, case.status) == ("asha", "wes", Status.FOLLOW_UP)
        await desk.staff("#followup yes, she is happy", to=await desk.address())
        assert (await desk.case()).settled
        (row,) = await desk.house.register()
        assert (row[3], row[4], row[7]) == ("2026-01-13", "Y", "shade found")


async def test_a_held_case_is_joined_and_leaves_the_register(tmp_path: Path) -> None:
    async with a_complaint(tmp_path) as desk:
        first = await desk.case()
        mail = written("It is still wrong.", by="Sam <sam@customer.example>", to="help@harbour.example")
        mail = mail.replace(b"Re: the lamp", f"Re: {first.ref}".encode())
        await desk.deliver(mail, to="help@harbour.example")
        assert len(await desk.house.register()) == 2
        assert len(await desk.held()) == 1
        await desk.staff(f"#join {first.ref}", to=await desk.address())
        case = await desk.case()
        assert case.contacts == 2
        assert "sam@customer.example" in case.participants
        assert len(await desk.house.register()) == 1
        assert await desk.held() == []
