"""Robots and floods for long, in virtual time: `python -m bench.loops --rounds 1000 --senders 10000`.

Thirty programs answer whatever they get, `--gap` minutes apart, while nobody of the staff does anything; then strangers forge
senders, within a minute or over hours. Says what was sent to whom, and ends with status 1 where a limit was passed. The short
form is in `tests/security`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tests.harbour import HARBOUR
from tests.security.duels import DAY, Duel, faults, flood, most_a_case, most_within, repeats
from tests.security.robots import ROBOTS
from tests.story import Posted, a_story

LIMITS = HARBOUR.acknowledgement
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Flood:
    """First contacts of `--senders` strangers, what our border says about them, and what may be sent at most in a time."""

    verdict: str
    domains: int | None  # None: each has one
    caps: Mapping[timedelta, int]
    apart: timedelta = timedelta(0)  # between a hundred of them and the next

    @property
    def name(self) -> str:
        whose = f"{self.domains} domain" if self.domains else "a domain each"
        return f"{self.verdict.split()[0]}, {whose}, {self.apart.seconds} s apart"


ONE = {HOUR: LIMITS.per_domain_1h}
ALL = {MINUTE: LIMITS.all_1m}
FLOODS = (
    Flood(verdict="dmarc=fail header.from={domain}", domains=None, caps={DAY: 0}),
    Flood(verdict="dmarc=none", domains=None, caps={MINUTE: LIMITS.unproven_1m}),
    Flood(verdict="dmarc=pass header.from={domain}", domains=1, caps=ONE),
    Flood(verdict="dmarc=pass header.from={domain}", domains=1, caps=ONE, apart=timedelta(minutes=2)),
    Flood(verdict="dmarc=pass header.from={domain}", domains=None, caps=ALL),
    Flood(verdict="dmarc=pass header.from={domain}", domains=None, caps=ALL, apart=timedelta(seconds=10)),
)


async def duels(rounds: int, gap: timedelta, verdict: str, *, stubborn: bool) -> bool:
    """Whether every robot got what it may get and no more."""
    async with a_story() as story:
        duel = Duel(story, ROBOTS, verdict)
        await duel.begin()
        for _ in range(rounds):
            await story.until(story.now + gap)
            await duel.round(stubborn=stubborn)
        letters = await duel.letters()
    good = True
    for robot in ROBOTS:
        mine = [posted for posted in letters if posted.address == robot.email]
        wrong = faults(robot, mine)
        good = good and not wrong
        print(
            f"{robot.name:26} wrote {duel.sent[robot.name]:5}, had {len(mine):3} letters; "
            f"a day {most_within(DAY, mine)}, a case and day {most_a_case(mine)} {'; '.join(wrong)}"
        )
    return good


async def floods(senders: int) -> bool:
    """Whether the caps held, and no letter to a stranger had a word of theirs."""
    return all([await _held(each, senders) for each in FLOODS])


async def _held(each: Flood, senders: int) -> bool:
    async with a_story() as story:
        began = story.now
        await flood(story, senders=senders, verdict=each.verdict, domains=each.domains or senders, apart=each.apart)
        staff = {person.email for person in story.desk.policy.people}
        out = [posted for posted in await story.letters() if posted.address not in staff]
        took = story.now - began
    words = sum(repeats(posted, "zebra") for posted in out)
    print(
        f"{each.name:40} {senders} senders in {took}: {len(out)} letters, {_most(each, out)}; with their words: {words}"
    )
    return not words and all(most_within(time, out) == min(most, senders) for time, most in each.caps.items())


def _most(each: Flood, out: Sequence[Posted]) -> str:
    return ", ".join(f"{most_within(time, out)} in {time} (cap {most})" for time, most in each.caps.items())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1_000)
    parser.add_argument("--gap", type=int, default=60, help="minutes between two rounds")
    parser.add_argument("--verdict", default="dmarc=none", help="of our border about the robots: or dmarc=pass")
    parser.add_argument("--stubborn", action="store_true", help="they write again where they got nothing: slow")
    parser.add_argument("--senders", type=int, default=10_000)
    chosen = parser.parse_args()
    verdict = f"{chosen.verdict} header.from={{domain}}"
    held = asyncio.run(duels(chosen.rounds, timedelta(minutes=chosen.gap), verdict, stubborn=chosen.stubborn))
    return 0 if asyncio.run(floods(chosen.senders)) and held else 1


if __name__ == "__main__":
    sys.exit(main())
