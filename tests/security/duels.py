"""Duels in virtual time: programs that answer every letter, and what our side sends them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.header import decode_header, make_header

from intake.message import RawMessage
from store import inbound
from store.lookups import TO_CUSTOMERS
from tests.security.robots import Robot
from tests.security.spoofing import BORDER, ME, Forgery
from tests.story import DESK, Posted, Story, written
from workers.deciding.understanding import understand

ANSWERS = ("acknowledgement", "repeat_acknowledgement")  # what we send because somebody wrote
DAY = timedelta(hours=24)


@dataclass
class Duel:
    """Robots against the desk: each writes once, and from then on answers whatever it gets, or goes on without."""

    story: Story
    robots: Sequence[Robot]
    verdict: str = "dmarc=none"  # of our border about all of them
    sent: Counter[str] = field(default_factory=Counter)
    answered: dict[str, int] = field(default_factory=dict)  # how many of the letters to it each robot has seen
    mails: int = 0

    async def begin(self) -> None:
        for robot in self.robots:
            await self._mail(robot, "My lamp is broken.", DESK, "The lamp")

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
        await self._mail(robot, text, to, subject, **headers)

    async def _mail(self, robot: Robot, text: str, to: str, subject: str, **headers: str) -> None:
        self.mails += 1
        raw = written(text, by=robot.email, to=to, subject=subject, at=self.story.now, number=self.mails, **headers)
        top = checked(self.verdict, robot.email.rpartition("@")[2])
        await self.story.arrives(replace(raw, channel="lmtp", account="lmtp", blob=top.encode() + raw.blob))


def checked(verdict: str, domain: str) -> str:
    """What our border writes above a mail."""
    return BORDER + f"Authentication-Results: {ME}; {verdict.format(domain=domain)}\r\n"


def most_within(time: timedelta, letters: Sequence[Posted]) -> int:
    """The largest number of letters within any such time."""
    times = sorted(posted.at for posted in letters)
    return max((bisect_left(times, first + time) - number for number, first in enumerate(times)), default=0)


def most_a_case(letters: Sequence[Posted]) -> int:
    """The largest number of letters on one case within a day."""
    return max((most_within(DAY, [p for p in letters if p.ref == ref]) for ref in {p.ref for p in letters}), default=0)


def faults(robot: Robot, letters: Sequence[Posted]) -> list[str]:
    """Which limits the letters to a robot have passed, whatever kind they are of.

    One that answers as a customer does is told, as any customer, that a promise is not kept, on the day of its acknowledgement.
    """
    held = {
        "two in all": len(letters) <= 2,
        "three a sender and day": most_within(DAY, letters) <= 3,
        "one a case and day": most_a_case(letters) <= (2 if robot.answers else 1),
    }
    return [limit for limit, good in held.items() if not good]


async def flood(
    story: Story, *, senders: int, verdict: str, domains: int, apart: timedelta = timedelta(0), together: int = 100
) -> None:
    """So many first contacts, each with words of its own wherever words can stand. They are decided in batches, as the daemon
    does under load, with some time between two batches.
    """
    for first in range(0, senders, together):
        numbers = range(first, min(first + together, senders))
        await _arrive(story, [_forged(number, f"d{number % domains}.example", verdict, story) for number in numbers])
        story.now += apart


def _forged(number: int, domain: str, verdict: str, story: Story) -> RawMessage:
    forgery = Forgery(
        to=DESK,
        top=checked(verdict, domain),
        from_=(f'"Zebra {number}" <a{number}@{domain}>',),
        subject=f"Zebra {number}",
        body=f"Zebra {number}: https://zebra.example/{number}",
    )
    return forgery.raw(number, story)


async def _arrive(story: Story, mails: Sequence[RawMessage]) -> None:
    understood = [understand(raw, story.desk.policy) for raw in mails]

    def settle(tx) -> None:
        receipts = inbound.receive_all(tx, mails)
        batch = {receipt.inbound_id: each for receipt, each in zip(receipts, understood, strict=True)}
        story.desk.settle(tx, batch, story.now)

    await story.store.write(settle)


def repeats(posted: Posted, word: str) -> bool:
    """Whether a letter holds a word anywhere: as it goes over the wire, or when whatever is encoded is decoded."""
    shown = [str(make_header(decode_header(value))) for value in posted.mail.values()]
    parts = [part.get_payload(decode=True) or b"" for part in posted.mail.walk()]
    everything = (posted.blob, *parts, *(each.encode() for each in (*shown, posted.words)))
    return any(word.encode() in each.lower() for each in everything)
