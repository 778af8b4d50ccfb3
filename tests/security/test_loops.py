"""Programs that answer each other, and floods: who gets an automatic letter, how many, and what stands in it.

The long form, with a thousand rounds and ten thousand senders, is `python -m bench.loops`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from intake.message import Envelope, RawMessage
from intake.policy import Key
from tests.harbour import HARBOUR, POLICY
from tests.security.duels import DAY, Duel, checked, faults, flood, most_within, repeats
from tests.security.robots import ROBOTS
from tests.story import Posted, Story, a_story, written


async def test_l01_l02_every_duel_with_a_robot_is_over_after_two_letters_however_it_marks_its_mail() -> None:
    """faveo#150, osTicket#1041, odoo#66329, freescout#4143: two programs wrote to each other all night."""
    async with a_story() as story:
        duel = Duel(story, ROBOTS)
        await duel.begin()
        for _ in range(10):
            await story.until(story.now + timedelta(hours=2))
            await duel.round(stubborn=True)
        letters = await duel.letters()
        assert {robot.name: faults(robot, [p for p in letters if p.address == robot.email]) for robot in ROBOTS} == {
            robot.name: [] for robot in ROBOTS
        }
        assert sum(duel.sent.values()) > 250
        filed = {robot.email: 0 for robot in ROBOTS}
        for case in [await story.case(ref) for ref in {p.ref for p in await story.letters()}]:
            filed[case.route.address] += 1
        assert max(filed[robot.email] for robot in ROBOTS if not robot.invents) <= 2, "and it is all filed in one place"


@asynccontextmanager
async def two_desks() -> AsyncIterator[tuple[Story, Story]]:
    """Two companies that run this program, with keys of their own."""
    far = replace(HARBOUR, id="far", name="Far Lamps", prefix="FL", addresses=("desk@far.example",))
    people = tuple(replace(p, email=p.email.replace("harbour", "far")) for p in POLICY.people)
    other = replace(
        POLICY, brands=(far,), people=people, keys=(Key(id="f", secret=b"another key of another company!"),)
    )
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(a_story()), await stack.enter_async_context(a_story(policy=other))


@pytest.mark.parametrize("stripped", [False, True], ids=["as it is", "by a gateway that removes all marks"])
async def test_l05_two_of_us_that_face_each_other_stop_after_two_letters(stripped: bool) -> None:
    async with two_desks() as (near, far):
        await near.mail("My lamp is broken.", by="desk@far.example")
        seen: dict[str, int] = {"help@harbour.example": 0, "desk@far.example": 0}
        for _ in range(10):
            for here, there, to in ((near, far, "desk@far.example"), (far, near, "help@harbour.example")):
                for posted in (await here.letters("", to))[seen[to] :]:
                    seen[to] += 1
                    await there.arrives(carried(posted.blob, posted.mail["To"], sum(seen.values()), there, stripped))
        assert sum(seen.values()) <= 2


def carried(blob: bytes, to: str, number: int, there: Story, stripped: bool) -> RawMessage:
    """A letter of ours as it arrives elsewhere."""
    head, _, body = blob.partition(b"\r\n\r\n")
    marks = (b"auto-submitted", b"x-")
    kept = [line for line in head.split(b"\r\n") if not (stripped and line.lower().startswith(marks))]
    return RawMessage(
        channel="smtp",
        account="smtp",
        source_id=f"carried{number}",
        envelope=Envelope(mail_from="bounces@elsewhere.example", rcpt_to=(to,)),
        blob=b"\r\n".join(kept) + b"\r\n\r\n" + body,
        received_at=there.now,
    )


async def test_l06_our_own_letters_that_come_back_are_known_and_cause_nothing() -> None:
    """zammad#731, zammad#2923, PostHog#92017: a desk that read its own notices opened cases about them."""
    async with a_story() as story:
        await story.mail("My lamp is broken.")
        before = await story.letters()
        assert len(before) > 1
        for number, posted in enumerate(before):
            decision = await story.arrives(carried(posted.blob, "help@harbour.example", number, story, stripped=False))
            assert decision.reasons == ("own-letter",)
        assert await story.letters() == before


@pytest.mark.parametrize("to", ["help@harbour.example", "of a letter, cut off", "of a letter, for another case"])
@pytest.mark.parametrize("whom", ["jo@customer.example", "asha@staff.harbour.example"])
async def test_l03_l04_a_forged_bounce_suppresses_nobody(to: str, whom: str) -> None:
    """itop-jb#240: a bounce that anybody could write switched a person off."""
    async with a_story() as story:
        opened = await story.mail("My lamp is broken.")
        path = await story.return_path("acknowledgement")
        local, _, domain = path.rpartition("@")
        where = {
            "of a letter, cut off": f"{local[:-3]}@{domain}",
            "of a letter, for another case": f"{local}x@{domain}",
        }
        before = await story.letters()
        await story.arrives(bounce(where.get(to, to), whom, story))
        assert await story.letters() == before
        assert "delivery_failed" not in await story.kinds(opened.case_ref)
        again = await story.mail("My chair (order 99456) is broken, too.", subject="Chair")
        assert again.case_ref != opened.case_ref
        assert len(await story.letters("acknowledgement", "jo@customer.example")) == 2


def bounce(to: str, whom: str, story: Story) -> RawMessage:
    report = (
        f"From: MAILER-DAEMON@evil.example\r\nTo: {to}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.evil.example\r\n\r\n"
        f"Final-Recipient: rfc822; {whom}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x--\r\n"
    )
    envelope = Envelope(mail_from="", rcpt_to=(to,))
    return RawMessage(
        channel="smtp",
        account="smtp",
        source_id="bounce",
        envelope=envelope,
        blob=report.encode(),
        received_at=story.now,
    )


async def test_l07_a_person_whose_system_marks_all_mail_is_filed_and_not_answered() -> None:
    """osTicket#6380: ServiceNow writes Auto-Submitted on what people type."""
    async with a_story() as story:
        opened = await story.mail("My lamp (order 88123) is broken.")
        letter = await story.latest("acknowledgement")
        again = await story.reply(letter, "It is still broken, I am angry.", Auto_Submitted="auto-generated")
        assert (again.case_ref, again.verdict.value) == (opened.case_ref, "APPEND")
        assert len(await story.letters("", "jo@customer.example")) == 1


@pytest.mark.parametrize(
    ("verdict", "domains", "most"),
    [
        ("dmarc=fail header.from={domain}", 1, 0),
        ("dmarc=none", 200, HARBOUR.acknowledgement.unproven_1m),
        ("dmarc=pass header.from={domain}", 1, HARBOUR.acknowledgement.per_domain_1h),
        ("dmarc=pass header.from={domain}", 400, HARBOUR.acknowledgement.all_1m),
    ],
    ids=["disowned", "unproven", "of one proven domain", "of many proven domains"],
)
async def test_l08_a_flood_of_forged_senders_gets_no_answer_beyond_the_caps_and_none_holds_a_word_of_theirs(
    verdict: str, domains: int, most: int
) -> None:
    """Zendesk, winter 2025: acknowledgements that repeat a stranger's words are a cannon for spam."""
    async with a_story() as story:
        await flood(story, senders=400, verdict=verdict, domains=domains)
        staff = {p.email for p in story.desk.policy.people}
        out = [posted for posted in await story.letters() if posted.address not in staff]
        assert len(out) == most
        assert not any(repeats(posted, "zebra") for posted in out)


@pytest.mark.parametrize(
    "headers",
    [
        {"List_Id": "<l.customer.example>", "Precedence": "list"},
        {"To": "undisclosed-recipients:;"},
        {"To": "somebody@else.example"},
    ],
    ids=["list", "undisclosed", "bcc"],
)
async def test_l10_what_was_not_written_to_us_is_filed_and_not_answered(headers: dict[str, str]) -> None:
    async with a_story() as story:
        decision = await story.mail("My lamp is broken, I want to complain.", **headers)
        assert decision.case_ref is not None
        assert await story.letters("acknowledgement") == []


async def test_nobody_gets_more_than_three_automatic_letters_a_day_however_many_cases_and_promises_they_have() -> None:
    """zammad#4885 on the one side, alga-psa#2772 on the other: the fourth letter goes to staff, who read what was not said."""
    async with a_story() as story:
        for words in ("My lamp came broken.", "The kettle leaks since Monday.", "Where is my refund for the chair?"):
            await story.mail(words, subject=words)
        assert len(await story.letters("acknowledgement")) == 3
        await story.until(story.now + timedelta(hours=9))
        assert len(await story.letters("", "jo@customer.example")) == 3
        assert any("The customer was not told" in nudge.words for nudge in await story.letters("nudge"))
        await story.until(story.now + timedelta(days=6))
        assert most_within(DAY, await story.letters("", "jo@customer.example")) <= 3


async def test_who_waits_in_silence_is_told_of_two_broken_promises_and_a_forged_address_of_no_third() -> None:
    """Zendesk, 2025: a letter each day for ever to somebody who never wrote."""
    async with a_story() as story:
        await story.mail("My lamp is broken.")
        await story.until(story.now + timedelta(days=30))
        told = await story.letters("", "jo@customer.example")
        assert [letter.kind for letter in told] == ["acknowledgement", "promise_broken", "promise_broken"]
        assert "by 12:00 on Wednesday 14 January" in told[1].words
        assert "by 12:00" not in told[2].words.partition("the next one comes from a person")[2]
        assert all(promise.kind == "target" for promise in (await story.case(told[0].ref)).open_promises)
        assert len(await story.letters("nudge")) > 50, "staff are reminded all the same"


@pytest.mark.parametrize(
    ("text", "verdict", "letters"),
    [
        ("Yes, it is the first time.", "dmarc=none", ["acknowledgement", "promise_broken"]),
        ("Any news?", "dmarc=pass header.from=customer.example", ["acknowledgement", "promise_broken"]),
        ("We will look into it.", "dmarc=none", ["acknowledgement"]),
    ],
    ids=["answers our question", "domain vouches", "may be a machine"],
)
async def test_who_writes_back_as_a_person_does_is_told_in_time_and_what_may_be_a_machine_is_left_to_staff(
    text: str, verdict: str, letters: list[str]
) -> None:
    async with a_story() as story:
        await story.mail("My lamp is broken.")
        answer = await story.latest("acknowledgement")
        await story.arrives(behind_the_border(verdict, answer, text, story))
        await story.until(story.now.replace(hour=17, minute=30))
        told = await story.letters("", "jo@customer.example")
        assert [letter.kind for letter in told] == letters
        last = await story.latest("nudge")
        assert ("The customer was not told" in last.words) == (len(letters) == 1)
        assert ("without a new date" in last.words) == (len(letters) == 2)


def behind_the_border(verdict: str, letter: Posted, text: str, story: Story) -> RawMessage:
    raw = written(
        text,
        by="jo@customer.example",
        to=str(letter.mail["Reply-To"]),
        subject="Re: your letter",
        at=story.now,
        number=99,
        In_Reply_To=letter.mail["Message-ID"],
    )
    return replace(raw, channel="lmtp", account="lmtp", blob=checked(verdict, "").encode() + raw.blob)
