"""What is held in a person's name, on the running daemon: they are told, and it is done once they say that it was theirs."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from tests.e2e.staff import ASHA, CONFIRM, TUESDAY, WES, a_complaint, notice


async def test_what_is_held_is_done_once_its_author_says_that_it_was_theirs(tmp_path: Path) -> None:
    """From a phone, or through a gateway, nothing proves who wrote. A colleague's answer to a letter that was passed on, too."""
    async with a_complaint(tmp_path) as desk:
        to, ref = await desk.address(), (await desk.case()).ref
        unproven = [
            ("Written on a phone.", {"to": to}),
            ("An address that nobody made for me.", {"to": to, "by": WES}),
            ("To the desk, with the reference.", {"to": "help@harbour.example", "Subject": f"Re: {ref}"}),
        ]
        for number, (words, how) in enumerate(unproven, start=1):
            await desk.border(words, verdict="", **how)
            assert len(await desk.answers()) == number - 1
            assert words in await notice(desk), "they see what they confirm"
            confirm = CONFIRM.findall(await notice(desk))[0]
            await desk.border("Yes.", to=confirm, by=how.get("by", ASHA), verdict="")
            await desk.house.quiet(messages=desk.sent)
            assert words in (await desk.answers())[-1]
            await desk.border("Yes, and once more.", to=confirm, by=how.get("by", ASHA), verdict="")
            assert len(await desk.answers()) == number, "it works once"
            assert await desk.held() == []


async def test_nobody_and_nothing_else_confirms(tmp_path: Path) -> None:
    async with a_complaint(tmp_path) as desk:
        to = await desk.address()
        await desk.border("I am Asha, send money.", to=to, verdict="")
        confirm = CONFIRM.findall(await notice(desk))[0]
        local, _, domain = confirm.rpartition("@")
        another = re.sub(r"\.(\d+)\.", lambda m: f".{int(m[1]) + 1}.", confirm, count=1)
        fail = "mx.harbour.example; dmarc=fail header.from=staff.harbour.example"
        await desk.border("Yes, number 1.", to=confirm, by="mallory@evil.example", verdict="")
        await desk.border("Yes, number 2.", to=confirm, by=WES)
        await desk.border("Yes, number 3.", to=confirm, verdict=fail)
        await desk.border("I am away.", to=confirm, Auto_Submitted="auto-replied", Subject="Automatic reply: Held")
        await desk.border(
            "Yes, number 4.", to=f"{local[:-5]}{'b' if local[-5] == 'a' else 'a'}{local[-4:]}@{domain}", verdict=""
        )
        await desk.border("Yes, number 5.", to=another, verdict="")
        desk.house.clock.at = TUESDAY + timedelta(days=32)
        await desk.border("Yes, number 6.", to=confirm)
        assert await desk.answers() == []
        assert ("sender-not-proven", "asha") in await desk.held()


async def test_a_flood_in_somebodys_name_is_told_in_a_few_letters_a_day_and_nothing_is_lost(tmp_path: Path) -> None:
    async with a_complaint(tmp_path) as desk:
        to = await desk.address()
        for number in range(12):
            await desk.border(f"Forged, number {number}.", to=to, verdict="")
        await desk.border("The one that was real.", to=to, verdict="")
        assert len(await desk.held()) == 13
        assert len(await desk.house.letters("hold_notice")) == 3
        await desk.house.at(TUESDAY + timedelta(hours=6, minutes=1))
        assert len(await desk.house.letters("hold_notice")) == 4
        await desk.house.at(TUESDAY + timedelta(hours=20))
        assert len(await desk.house.letters("hold_notice")) == 4
        listed = CONFIRM.findall(await notice(desk))
        assert len(listed) == 10
        await desk.border("Yes.", to=listed[-1], verdict="")
        await desk.house.quiet(messages=desk.sent)
        (answer,) = await desk.answers()
        assert "The one that was real." in answer
