"""More connections and larger mails than the daemon takes: others make room, and memory holds. P19, H-02."""

from __future__ import annotations

import pytest

from bench.faults.overload import crush


@pytest.mark.timeout(120)
async def test_a_crowd_with_large_mails_turns_no_good_client_away_ends_nothing_and_loses_nothing() -> None:
    findings, figures = await crush(idle=400, half=600, large=2, seconds=1)
    broken = [str(each) for each in findings if each.broken and "within" not in each.promise]
    answers = figures["answers to idlers and half requests"]
    assert broken == []
    assert isinstance(answers, dict)
    assert answers.get("503", 0) >= 50, answers
    assert figures["messages of good clients, all accepted"]
