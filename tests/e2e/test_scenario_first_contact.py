"""A simple complaint, settled at the first contact (scenario 1); the second one about it, from another address (scenario 2).

Left out, for what comes later: offers and their limits, the remedy's own due date, figures, and facts repeated in the
acknowledgement, which never echoes what a stranger wrote.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tests.story import DESK, JO, Story, a_story

TUESDAY = datetime(2026, 1, 13, 10, 4, tzinfo=UTC)
LAMP = "My lamp (order 88123) came with the wrong shade. Bit disappointed as it's a present for Saturday."


async def settled(story: Story) -> str:
    """Scenario 1 up to its end: the reference of the lamp's case."""
    first = await story.mail(LAMP, subject="Wrong lamp shade")
    story.now = TUESDAY.replace(minute=31)
    await story.staff(
        await story.latest("notification"),
        "I am sorry about that. A replacement goes out by courier on Thursday, with you by then.",
    )
    story.now = TUESDAY.replace(minute=40)
    await story.reply(await story.latest("reply"), "Perfect, thanks — and yes first time.")
    assert first.case_ref
    return first.case_ref


async def test_a_first_complaint_is_on_the_register_before_anybody_has_touched_it() -> None:
    async with a_story(at=TUESDAY) as story:
        decision = await story.mail(LAMP, subject="Wrong lamp shade")
        assert decision.verdict == "OPEN"
        assert decision.reasons == ("first-contact",)
        (
            (owner, department, received, followed_up, settled, customer, issue, resolution, idea),
        ) = await story.register()
        assert (owner, department, received) == ("Asha Patel", "Customer Care", "2026-01-13")
        assert (followed_up, settled, customer, resolution, idea) == ("", "N", "Jo Marsh", "", "")
        assert "wrong shade" in issue.lower() or "wrong lamp shade" in issue.lower()
        assert "88123" in issue


async def test_the_acknowledgement_says_who_when_and_asks_one_question_once() -> None:
    async with a_story(at=TUESDAY) as story:
        decision = await story.mail(LAMP, subject="Wrong lamp shade")
        (letter,) = await story.letters("acknowledgement")
        assert letter.address == "jo@customer.example"
        assert letter.at - TUESDAY <= timedelta(minutes=5)
        assert decision.case_ref in letter.words
        assert "Asha Patel" in letter.words
        assert "by 17:30 today, Tuesday 13 January (UK time)" in letter.words
        assert letter.words.count("is this the first time") == 1
        assert letter.mail["Auto-Submitted"] == "auto-replied"
        assert letter.mail["In-Reply-To"] == "<1@customer.example>"
        assert "disappointed" not in letter.words


async def test_the_owner_is_told_the_words_the_time_that_is_left_and_their_limit() -> None:
    async with a_story(at=TUESDAY) as story:
        await story.mail(LAMP, subject="Wrong lamp shade")
        (notice,) = await story.letters("notification")
        assert notice.address == "asha@staff.harbour.example"
        assert "came with the wrong shade" in notice.words
        assert "7 hours, 26 minutes" in notice.words
        assert "£50.00" in notice.words
        assert "88123" in notice.words
        assert "asked, no answer yet" in notice.words


async def test_what_the_owner_writes_goes_out_from_the_desk_and_keeps_the_promise() -> None:
    async with a_story(at=TUESDAY) as story:
        decision = await story.mail(LAMP, subject="Wrong lamp shade")
        story.now = TUESDAY.replace(minute=31)
        await story.staff(await story.latest("notification"), "A replacement goes out by courier on Thursday.")
        answer = await story.latest("reply")
        assert answer.address == "jo@customer.example"
        assert "by courier on Thursday" in answer.words
        assert "staff.harbour.example" not in answer.mail.as_string()
        case = await story.case(decision.case_ref)
        assert [p.state.value for p in case.promises] == ["kept"]
        assert parsedate_to_datetime(answer.mail["Date"]) == story.now


async def test_a_customer_who_is_content_at_first_contact_is_settled_that_day() -> None:
    async with a_story(at=TUESDAY) as story:
        ref = await settled(story)
        case = await story.case(ref)
        assert case.settled
        assert case.first_time == "yes"
        (row,) = await story.register()
        assert (row[3], row[4]) == ("2026-01-13", "Y")
        assert "courier on Thursday" in row[7]
        before = len(await story.letters(address="jo@customer.example"))
        await story.until(TUESDAY + timedelta(days=14))
        assert len(await story.letters(address="jo@customer.example")) == before, "no follow-up is owed"


async def test_a_repeat_from_another_address_is_held_for_the_one_who_dealt_with_it_before() -> None:
    """Nobody is let into a case on a name and an order number: the person who knows the case decides, with one word."""
    async with a_story(at=TUESDAY) as story:
        lamp = await settled(story)
        story.now = datetime(2026, 1, 19, 8, 12, tzinfo=UTC)
        decision = await story.mail(
            "The replacement is the wrong shade too. I already wrote to you last week. Order 88123.",
            by="Jo Marsh <jo.marsh@work.example>",
            subject="lamp AGAIN",
        )
        assert decision.verdict == "HOLD"
        assert decision.reasons[0] == "perhaps-same-matter"
        assert {"same-number", "same-name", "another-address"} <= set(decision.reasons)
        held = await story.case(decision.case_ref)
        assert held.related == (lamp,)
        assert (held.owner, held.handler) == ("asha", "asha")

        notice = await story.latest("notification")
        assert notice.address == "asha@staff.harbour.example"
        assert f"#join {lamp}" in notice.words
        assert "#open" in notice.words

        (first, told) = await story.letters("acknowledgement")
        assert first.address == "jo@customer.example"
        assert told.address == "jo.marsh@work.example"
        assert "Asha Patel" in told.words
        assert "first time" not in told.words
        assert lamp not in told.words
        assert "Marsh" not in told.words


async def test_a_repeat_that_was_joined_reopens_its_case_and_has_no_row_of_its_own() -> None:
    async with a_story(at=TUESDAY) as story:
        lamp = await settled(story)
        story.now = datetime(2026, 1, 19, 8, 12, tzinfo=UTC)
        decision = await story.mail(
            "The replacement is the wrong shade too. I already wrote to you last week. Order 88123.",
            by="Jo Marsh <jo.marsh@work.example>",
            subject="lamp AGAIN",
        )
        assert len(await story.register()) == 2
        await story.staff(await story.latest("notification", "asha@staff.harbour.example"), f"#join {lamp}")
        (row,) = await story.register()
        assert row[2] == "2026-01-13", "the earlier clock counts"
        assert row[4] == "N"
        case = await story.case(lamp)
        assert case.reopened == 1
        assert case.open_promises
        assert (await story.case(decision.case_ref)).merged_into == lamp


async def test_a_repeat_by_a_known_customer_goes_back_to_the_handler_and_not_to_the_rota() -> None:
    async with a_story(at=TUESDAY) as story:
        lamp = await settled(story)
        story.now = datetime(2026, 1, 19, 9, 12, tzinfo=UTC)
        decision = await story.mail(
            "The replacement lamp came with the wrong shade too. I wrote to you last week. Order 88123.",
            by=JO,
            to=DESK,
            subject="lamp AGAIN",
        )
        assert (decision.verdict, decision.case_ref) == ("APPEND", lamp)
        case = await story.case(lamp)
        assert case.reopened == 1
        assert "repeat_detected" in await story.kinds(lamp)
        (row,) = await story.register()
        assert row[4] == "N"
        told = await story.latest("repeat_acknowledgement")
        assert "Asha Patel, who dealt with this before, has your message" in " ".join(told.words.split())
        assert "first time" not in told.words
        assert "by 17:30 today, Monday 19 January (UK time)" in told.words
        readers = {p.address for p in await story.letters("notification") if p.at == story.now}
        assert readers == {"asha@staff.harbour.example", "ben@staff.harbour.example"}
