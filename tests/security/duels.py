"""Duels in virtual time: programs that answer every letter, and what our side sends them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from store.lookups import TO_CUSTOMERS
from tests.security.robots import Robot
from tests.security.spoofing import BORDER, ME, Forgery
from tests.story import DESK, Posted, Story

ANSWERS = ("acknowledgement", "repeat_acknowledgement")  # what we send because somebody wrote
DAY = timedelta(hours=24)


@dataclass
class Duel:
    """Robots against the desk: each writes once, and from then on answers whatever it gets, or goes on without."""

    story: Story
    robots: Sequence[Robot]
    sent: Counter[str] = field(default_factory=Counter)
    answered: dict[str, int] = field(default_factory=dict)  # how many of the letters to it each robot has seen

    async def begin(self) -> None:
        for robot in self.robots:
            await self.story.mail("My lamp is broken.", by=robot.email, subject="The lamp")

    async def round(self, *, stubborn: bool) -> None:
        """Every robot answers its latest letter; a `stubborn` one does so again where no new one came."""
        letters: dict[str, list[Posted]] = {}
        for posted in await self.letters():
            letters.setdefault(posted.address, []).append(posted)
        for robot in self.robots:
            mine = letters.get(robot.email, [])
            if mine and (stubborn or len(mine) > self.answered.get(robot.email, 0)):
                await self._answer(robot, mine[-1])
            self.answered[robot.email] = len(mine)

    async def letters(self) -> list[Posted]:
        """What went to the robots."""
        return [posted for kind in TO_CUSTOMERS for posted in await self.story.letters(kind)]

    async def _answer(self, robot: Robot, letter: Posted) -> None:
        self.sent[robot.name] += 1
        values = {"n": self.sent[robot.name], "subject": letter.mail["Subject"], "words": letter.words}
        headers = {name: value.format_map(values) for name, value in robot.headers.items()}
        if robot.threads:
            headers |= {"In_Reply_To": letter.mail["Message-ID"], "References": letter.mail["Message-ID"]}
        to = str(letter.mail["Reply-To"]) if robot.to_reply_to else "help@harbour.example"
        subject, text = robot.subject.format_map(values), robot.text.format_map(values)
        await self.story.mail(text, by=robot.email, to=to, subject=subject, **headers)


def most_in_a_day(letters: Sequence[Posted]) -> int:
    """The largest number of letters within any 24 hours. They are in the order of their times."""
    return max((sum(first.at <= each.at < first.at + DAY for each in letters) for first in letters), default=0)


async def flood(story: Story, *, senders: int, verdict: str, domains: int) -> None:
    """So many first contacts within a minute, each with words of its own wherever words can stand."""
    for number in range(senders):
        domain = f"d{number % domains}.example"
        forgery = Forgery(
            to=DESK,
            top=BORDER + f"Authentication-Results: {ME}; {verdict.format(domain=domain)}\r\n",
            from_=(f'"Zebra {number}" <a{number}@{domain}>',),
            subject=f"Zebra {number}",
            body=f"Zebra {number}: https://zebra.example/{number}",
        )
        await story.arrives(forgery.raw(number, story))
