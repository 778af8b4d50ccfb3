"""Robots and floods for long, in virtual time: `python -m bench.loops --rounds 1000 --senders 10000`.

Thirty programs answer whatever they get, `--gap` minutes apart, while nobody of the staff does anything; then strangers forge
senders in one minute. Says what was sent to whom, and ends with status 1 where a limit was passed. The short form is in
`tests/security`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from datetime import timedelta

from tests.harbour import HARBOUR
from tests.security.duels import ANSWERS, Duel, flood, most_in_a_day
from tests.security.robots import ROBOTS
from tests.story import a_story


async def duels(rounds: int, gap: timedelta, *, stubborn: bool) -> bool:
    """Whether no robot had more than one answer a case and day, two in all, and three letters of any kind a day."""
    async with a_story() as story:
        duel = Duel(story, ROBOTS)
        await duel.begin()
        for _ in range(rounds):
            await story.until(story.now + gap)
            await duel.round(stubborn=stubborn)
        letters = await duel.letters()
    good = True
    for robot in ROBOTS:
        everything = [posted for posted in letters if posted.address == robot.email]
        mine = [posted for posted in everything if posted.kind in ANSWERS]
        day = most_in_a_day(everything)
        a_case = max((most_in_a_day([p for p in mine if p.ref == ref]) for ref in {p.ref for p in mine}), default=0)
        held = a_case <= 1 and day <= 3 and len(mine) <= 2
        good = good and held
        print(
            f"{robot.name:26} wrote {duel.sent[robot.name]:5}, had {len(mine):3} answers, {len(everything):3} letters; "
            f"letters a day {day}, answers a case and day {a_case}"
        )
    return good


async def floods(senders: int) -> bool:
    """Whether the caps held, and no letter to a stranger had a word of theirs."""
    limits = HARBOUR.acknowledgement
    good = True
    for verdict, domains, most in (
        ("dmarc=fail header.from={domain}", 1, 0),
        ("dmarc=none", senders, limits.unproven_1m),
        ("dmarc=pass header.from={domain}", 1, limits.per_domain_1h),
    ):
        async with a_story() as story:
            await flood(story, senders=senders, verdict=verdict, domains=domains)
            staff = {person.email for person in story.desk.policy.people}
            out = [posted for posted in await story.letters() if posted.address not in staff]
        repeated = sum(b"zebra" in posted.blob.lower() for posted in out)
        print(
            f"{verdict:34} {senders} senders: {dict(Counter(p.kind for p in out))}, with a word of theirs: {repeated}"
        )
        good = good and len(out) == min(most, senders) and not repeated
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1_000)
    parser.add_argument("--gap", type=int, default=60, help="minutes between two rounds")
    parser.add_argument("--stubborn", action="store_true", help="they write again where they got nothing: slow")
    parser.add_argument("--senders", type=int, default=10_000)
    chosen = parser.parse_args()
    held = asyncio.run(duels(chosen.rounds, timedelta(minutes=chosen.gap), stubborn=chosen.stubborn))
    return 0 if asyncio.run(floods(chosen.senders)) and held else 1


if __name__ == "__main__":
    sys.exit(main())
