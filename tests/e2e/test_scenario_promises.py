"""What is promised for the same day: kept (scenario 3), missed (4), and made after the cut-off before a holiday (5).

Left out, for what comes later: statutory clocks and their letters, points as objects of their own, figures. The procedure says
"the same day", the house "before the cut-off of 15:30"; warnings come at 50, 75 and 90 % of the working time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.harbour import HARBOUR, POLICY
from tests.story import Posted, Story, a_story

WEDNESDAY = datetime(2026, 1, 21, 11, 20, tzinfo=UTC)
MAUNDY_THURSDAY = datetime(2026, 4, 2, 15, 45, tzinfo=UTC)  # 16:45 in London
NAIR = "P. Nair <nair@customer.example>"
SCOTLAND = replace(POLICY, brands=(replace(HARBOUR, hours=replace(HARBOUR.hours, region="SCT")),))


async def complain(story: Story) -> str:
    decision = await story.mail(
        "Charged twice, delivery missed twice, and your chat closed on me.", by=NAIR, subject="Not good enough"
    )
    assert decision.case_ref
    return decision.case_ref


def clock(letters: list[Posted]) -> list[str]:
    return [f"{letter.at:%a %H:%M}" for letter in letters]


async def test_three_points_are_an_investigation_with_an_answer_promised_for_the_same_day() -> None:
    async with a_story(at=WEDNESDAY) as story:
        ref = await complain(story)
        case = await story.case(ref)
        assert case.complex
        assert case.status == "investigating"
        (row,) = await story.register()
        assert row[:6] == ("Asha Patel", "Customer Care", "2026-01-21", "", "N", "P. Nair")
        told = " ".join((await story.latest("acknowledgement")).words.split())
        assert "Asha Patel is now investigating what happened, with the aim of resolving it for you" in told
        assert "will get back to you by 17:30 today, Wednesday 21 January (UK time)" in told
        (promise,) = case.promises
        assert promise.kind == "news"
        assert promise.due_at == WEDNESDAY.replace(hour=17, minute=30)


async def test_the_handler_is_reminded_at_half_three_quarters_and_nine_tenths_of_the_time() -> None:
    async with a_story(at=WEDNESDAY) as story:
        await complain(story)
        await story.until(WEDNESDAY.replace(hour=17, minute=0))
        nudges = await story.letters("nudge")
        assert clock(nudges) == ["Wed 14:25", "Wed 15:57", "Wed 16:53"]
        assert {letter.address for letter in nudges} == {"asha@staff.harbour.example"}
        assert "3 hours, 5 minutes left" in nudges[0].mail["Subject"]


async def test_an_update_keeps_the_promise_and_the_investigation_is_not_forgotten() -> None:
    async with a_story(at=WEDNESDAY) as story:
        ref = await complain(story)
        await story.until(WEDNESDAY.replace(hour=16, minute=48))
        await story.staff(
            await story.latest("notification"),
            "Second payment traced; refund authorised; the delivery team answers tomorrow.",
        )
        case = await story.case(ref)
        first, then = case.promises
        assert first.state == "kept"
        assert [e.at for e in await story.history(ref) if e.kind == "promise_kept"] == [story.now]
        assert (then.kind, then.due_at) == ("target", datetime(2026, 1, 22, 17, 30, tzinfo=UTC))
        assert case.status == "investigating"
        assert "17:30" not in (await story.latest("reply")).words, "a target is no promise"
        await story.until(datetime(2026, 1, 21, 20, 0, tzinfo=UTC))
        assert await story.letters("promise_broken") == []

        await story.until(datetime(2026, 1, 22, 10, 0, tzinfo=UTC))
        await story.staff(await story.latest("notification"), "#resolve refunded, delivery booked for Friday")
        case = await story.case(ref)
        assert case.status == "follow_up"
        assert [letter.address for letter in await story.letters("follow_up_task")] == ["asha@staff.harbour.example"]


async def test_a_promise_that_nobody_keeps_is_renewed_honestly_before_its_time_has_passed() -> None:
    async with a_story(at=WEDNESDAY) as story:
        ref = await complain(story)
        await story.until(WEDNESDAY.replace(hour=17, minute=29))
        (letter,) = await story.letters("promise_broken")
        assert clock([letter]) == ["Wed 17:25"]
        assert letter.address == "nair@customer.example"
        words = " ".join(letter.words.split())
        assert "you would hear from us by 17:30 today, Wednesday 21 January (UK time)" in words
        assert "We are not able to keep that promise, and we are sorry." in words
        assert "will be in touch by 12:00 on Thursday 22 January (UK time)" in words
        broken, renewed = (await story.case(ref)).promises
        assert (broken.state, renewed.state) == ("broken", "open")
        assert renewed.due_at == datetime(2026, 1, 22, 12, 0, tzinfo=UTC)
        told = [letter for letter in await story.letters("nudge") if "broken" in letter.mail["Subject"]]
        leaders = [letter.address for letter in told]
        assert leaders == ["asha@staff.harbour.example", "ben@staff.harbour.example"]


async def test_the_renewed_promise_is_watched_like_the_first_one() -> None:
    async with a_story(at=WEDNESDAY) as story:
        ref = await complain(story)
        await story.until(datetime(2026, 1, 22, 12, 0, tzinfo=UTC))
        assert [p.state for p in (await story.case(ref)).promises] == ["broken", "broken", "open"]
        first, second = await story.letters("promise_broken")
        assert clock([first, second]) == ["Wed 17:25", "Thu 11:55"]
        assert "the next one comes from a person" not in " ".join(first.words.split())
        assert "the next one comes from a person" in " ".join(second.words.split())
        await story.until(datetime(2026, 2, 22, 12, 0, tzinfo=UTC))
        assert len(await story.letters("promise_broken")) == 2, "a machine promises no third time"


@pytest.mark.parametrize(
    ("policy", "day"),
    [(POLICY, "by 17:30 on Tuesday 7 April (UK time)"), (SCOTLAND, "by 17:30 on Monday 6 April (UK time)")],
)
async def test_after_the_cut_off_the_next_working_day_of_that_country_is_promised(policy, day: str) -> None:
    async with a_story(at=MAUNDY_THURSDAY, policy=policy) as story:
        decision = await story.mail(
            "Your credit team have put a default on my file by mistake. I'm losing sleep.", subject="Default"
        )
        letter = await story.latest("acknowledgement")
        assert day in letter.words
        assert "today" not in letter.words
        (row,) = await story.register()
        assert row[2] == "2026-04-02"
        await story.until(datetime(2026, 4, 5, 12, 0, tzinfo=UTC))
        assert await story.letters("nudge") == [], "nobody is reminded on holidays"
        assert (await story.case(decision.case_ref)).open_promises


async def test_a_plain_yes_to_a_persons_question_settles_nothing() -> None:
    async with a_story(at=WEDNESDAY) as story:
        decision = await story.mail("The lamp (order 88123) is broken.", subject="Lamp")
        await story.staff(await story.latest("notification"), "I am sorry. Shall I send a new one?")
        await story.reply(await story.latest("reply"), "Yes please.")
        case = await story.case(decision.case_ref)
        assert case.status == "open"
        assert case.first_time == "asked"
        assert case.open_promises, "somebody waits for an answer again"
