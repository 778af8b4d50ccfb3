"""More connections than the daemon takes: those beyond are turned away in a word, and good clients are served. P19, H-02."""

from __future__ import annotations

import pytest

from bench.faults.overload import crush


@pytest.mark.timeout(120)
async def test_a_crowd_is_turned_away_and_nothing_that_was_accepted_is_lost() -> None:
    findings, figures = await crush(idle=400, half=150, large=0, seconds=1)
    broken = [
        str(finding) for finding in findings if finding.broken and not finding.promise.startswith("a good client")
    ]
    answers = figures["answers to idlers and half requests"]
    assert broken == []
    assert isinstance(answers, dict)
    assert answers["421"] >= 150
