"""Passed to another team, resolved there, and followed up by the owner (scenario 18), with every way to answer.

Left out, for what comes later: the satisfaction question, and points that are linked to each other. The follow-up goes out by
mail when the owner has not reported a call by the time it is due.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.story import Posted, Story, a_story

TUESDAY = datetime(2026, 1, 13, 10, 4, tzinfo=UTC)
ASHA, BEN, WES = (f"{name}@staff.harbour.example" for name in ("asha", "ben", "wes"))


async def resolved_by_the_warehouse(story: Story) -> str:
    decision = await story.mail("A pallet of my order 88123 is missing.", subject="Missing pallet")
    await story.staff(await story.latest("notification", ASHA), "#pass Warehouse\nPlease look for the pallet.")
    story.now = TUESDAY.replace(hour=11)
    await story.staff(await story.latest("notification", WES), "#resolved pallet found, delivered")
    assert decision.case_ref
    return decision.case_ref


async def asked(story: Story) -> tuple[str, Posted]:
    """The reference, and the follow-up as the customer got it."""
    ref = await resolved_by_the_warehouse(story)
    await story.until(TUESDAY.replace(hour=17))
    return ref, await story.latest("follow_up")


async def test_the_owner_stays_accountable_and_gets_the_call_with_its_script() -> None:
    async with a_story(at=TUESDAY) as story:
        ref = await resolved_by_the_warehouse(story)
        case = await story.case(ref)
        assert (case.owner, case.handler, case.status, case.passed) == ("asha", "wes", "follow_up", True)
        (row,) = await story.register()
        assert (row[0], row[3], row[4], row[7]) == ("Asha Patel", "", "N", "pallet found, delivered")
        (task,) = await story.letters("follow_up_task")
        assert task.address == ASHA
        script = " ".join(task.words.replace(">", "").split())
        assert "Hello, my name is Asha Patel calling from Harbour Home. We were speaking earlier regarding" in script
        assert (
            "I'm just following up to see if everything has now been resolved to your satisfaction and you are happy?"
            in script
        )
        assert "Is there anything else I can assist you with today?" in script
        assert "Thank you for your time." in script
        assert case.follow_up_due_at == TUESDAY.replace(hour=17, minute=0), "another team resolved it: the same day"


async def test_a_call_that_reaches_nobody_is_followed_by_a_mail_with_two_answers() -> None:
    async with a_story(at=TUESDAY) as story:
        ref = await resolved_by_the_warehouse(story)
        story.now = TUESDAY.replace(hour=14, minute=5)
        await story.staff(await story.latest("follow_up_task"), "#followup voicemail")
        assert (await story.case(ref)).status == "follow_up"
        await story.until(TUESDAY + timedelta(days=7))
        (letter,) = await story.letters("follow_up")
        assert letter.address == "jo@customer.example"
        words = " ".join(letter.words.split())
        assert "Hello, my name is Asha Patel, writing from Harbour Home." in words
        assert "Yes, all is well." in words
        assert "No, not yet." in words


async def test_a_yes_settles_the_case_on_that_day() -> None:
    async with a_story(at=TUESDAY) as story:
        ref, letter = await asked(story)
        story.now = datetime(2026, 1, 14, 9, 0, tzinfo=UTC)
        await story.reply(letter, "Yes, all good")
        assert (await story.case(ref)).settled
        ((_, _, _, followed_up, settled, *_),) = await story.register()
        assert (followed_up, settled) == ("2026-01-14", "Y")
        sent = len(await story.letters(address="jo@customer.example"))
        await story.until(story.now + timedelta(days=30))
        assert len(await story.letters(address="jo@customer.example")) == sent, "asked once"


async def test_a_no_opens_the_case_again_with_a_new_date_and_tells_the_leader() -> None:
    async with a_story(at=TUESDAY) as story:
        ref, letter = await asked(story)
        story.now = datetime(2026, 1, 14, 9, 0, tzinfo=UTC)
        await story.reply(letter, "No, one box still missing")
        case = await story.case(ref)
        assert (case.status, case.reopened, case.settled) == ("open", 1, False)
        (row,) = await story.register()
        assert row[4] == "N"
        told = await story.latest("repeat_acknowledgement")
        assert "by 17:30 today, Wednesday 14 January (UK time)" in told.words
        assert told.at == story.now
        readers = {p.address for p in await story.letters("notification") if p.at == story.now}
        assert readers >= {WES, BEN}


@pytest.mark.parametrize("words", ["Yes but the driver was rude", "yes please call me"])
async def test_a_yes_with_something_beside_it_is_for_a_person(words: str) -> None:
    async with a_story(at=TUESDAY) as story:
        ref, letter = await asked(story)
        await story.reply(letter, words)
        case = await story.case(ref)
        assert (case.status, case.settled) == ("follow_up", False)
        ((_, _, _, followed_up, settled, *_),) = await story.register()
        assert (followed_up, settled) == ("", "N")
        assert case.open_promises, "somebody owes an answer"
        assert words in (await story.latest("notification", WES)).words


async def test_an_out_of_office_reply_answers_nothing() -> None:
    async with a_story(at=TUESDAY) as story:
        ref, letter = await asked(story)
        before = await story.case(ref)
        sent = len(await story.letters())
        decision = await story.reply(
            letter, "Yes, I am out of the office until Monday.", Auto_Submitted="auto-replied", Subject="Out of office"
        )
        assert (decision.verdict, decision.case_ref) == ("RECORD", ref)
        after = await story.case(ref)
        assert (after.status, after.followed_up, after.contacts) == (before.status, False, before.contacts)
        assert len(await story.letters()) == sent
        assert (await story.register())[0][4] == "N"


async def test_a_thank_you_settles_nothing_and_asks_for_nothing() -> None:
    async with a_story(at=TUESDAY) as story:
        ref, letter = await asked(story)
        await story.reply(letter, "Thank you very much!\nJo")
        case = await story.case(ref)
        assert (case.status, case.settled, case.open_promises) == ("follow_up", False, ())


async def test_a_thank_you_after_the_end_does_not_open_the_case_again_but_a_new_complaint_does() -> None:
    async with a_story(at=TUESDAY) as story:
        ref, letter = await asked(story)
        await story.reply(letter, "Yes, all good")
        await story.reply(letter, "Thanks again!")
        assert (await story.case(ref)).settled
        await story.reply(letter, "It has just broken again.")
        case = await story.case(ref)
        assert (case.status, case.reopened) == ("open", 1)
        assert (await story.register())[0][4] == "N"


async def test_the_customer_who_clicks_an_answer_is_understood_even_without_a_word_in_the_mail() -> None:
    async with a_story(at=TUESDAY) as story:
        ref, letter = await asked(story)
        await story.mail("", to=letter.mail["Reply-To"], subject=f"Yes - {ref}")
        assert (await story.case(ref)).settled
