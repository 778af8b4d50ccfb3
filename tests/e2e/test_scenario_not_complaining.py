"""Somebody who says that she is not complaining, and is (scenario 27), under the strict house rule: every one has a row.

Left out, for what comes later: enquiries as a record of their own, the hour within which a person must look, figures.
"""

from __future__ import annotations

from datetime import UTC, datetime

from tests.story import a_story

TUESDAY = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
FROST = "L. Frost <frost@customer.example>"
WORDS = "I'm not complaining, just asking for the third time where my blinds are. You said Friday."


async def test_it_is_on_the_register_from_her_first_word_and_nobody_calls_it_a_complaint() -> None:
    async with a_story(at=TUESDAY) as story:
        decision = await story.mail(WORDS, by=FROST, subject="My blinds")
        (row,) = await story.register()
        assert (row[2], row[4], row[5]) == ("2026-03-10", "N", "L. Frost")
        letter = await story.latest("acknowledgement")
        assert "complain" not in letter.words.lower()
        assert "first time" not in letter.words, "she has just told us"
        case = await story.case(decision.case_ref)
        assert case.first_time == "no"
        assert case.open_promises, "the clock runs"
        assert WORDS in " ".join((await story.latest("notification")).words.replace(">", "").split())


async def test_a_call_that_settles_it_at_once_leaves_a_row_that_says_so() -> None:
    async with a_story(at=TUESDAY) as story:
        await story.mail(WORDS, by=FROST, subject="My blinds")
        story.now = TUESDAY.replace(minute=40)
        await story.staff(await story.latest("notification"), "#resolve blinds traced, delivery tomorrow")
        (row,) = await story.register()
        assert row[7] == "blinds traced, delivery tomorrow"


async def test_what_she_calls_a_complaint_two_days_later_counts_from_her_first_mail() -> None:
    async with a_story(at=TUESDAY) as story:
        decision = await story.mail(WORDS, by=FROST, subject="My blinds")
        await story.until(datetime(2026, 3, 12, 9, 0, tzinfo=UTC))
        again = await story.reply(await story.latest("acknowledgement"), "Right, this is now a complaint.", by=FROST)
        assert again.case_ref == decision.case_ref
        (row,) = await story.register()
        assert row[2] == "2026-03-10"
        case = await story.case(decision.case_ref)
        assert case.received_at == TUESDAY
        assert [p.state for p in case.promises][:1] == ["broken"]
