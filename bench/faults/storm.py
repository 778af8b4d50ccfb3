"""Everything at once: posts, SMTP connections and a full mailbox, far beyond what can be decided meanwhile; and staff who answer.

    .venv/bin/python -m bench.faults.storm --posts 20000 --seconds 60 --connections 196 --backlog 5000

Some customers have written before, and Asha answers them one by one while the storm goes on: their letters must not wait for it.
Three of ten posts are a repetition. The verdict is that of the siege, with the times of answers and letters.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from statistics import quantiles
from time import monotonic

from bench.faults import mails
from bench.faults import sink as sinks
from bench.faults.mails import Mail
from bench.faults.place import Place, furnished
from bench.faults.siege import Plan, Siege
from bench.faults.sink import Letter
from bench.faults.verdict import Finding, Verdict, judge
from bench.faults.ways import Hook, Said, Smtp, Way
from tests.servers import dovecot
from tests.servers.dovecot import Dovecot

POSTERS = 32  # connections that posts share
REPEATED = 0.3  # of posts
THINKS = 10.0  # seconds between two mails of one SMTP connection
HOMES = ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5")  # of SMTP clients: a peer may have fifty connections
ANSWERED = 20  # customers who wrote before, and are answered during the storm
ACCEPTED_SECONDS, LETTER_SECONDS = 1.0, 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Weather:
    """How hard it blows."""

    posts: int
    seconds: float  # in which they come
    connections: int  # by SMTP
    backlog: int  # mails that lie in the mailbox when it begins


@dataclass
class Storm(Siege):
    """A siege without a kill."""

    weather: Weather = field(kw_only=True)
    server: Dovecot = field(kw_only=True)
    waits: list[float] = field(default_factory=list)  # seconds from when a post or mail was due to its acceptance
    answered: dict[str, float] = field(default_factory=dict)  # when an answer of staff was accepted
    arrived: dict[str, float] = field(default_factory=dict)  # when it was with its customer

    def __post_init__(self) -> None:
        super().__post_init__()
        self._notices: list[Letter] = []
        self._posters: asyncio.Queue[Hook] = asyncio.Queue()

    async def _attack(self) -> None:
        self._begin()
        self._release(ANSWERED)
        async with asyncio.timeout(60):
            while len(self._notices) < ANSWERED:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await asyncio.to_thread(self._fill)
        lanes = (self._mailer(home) for home in islice(cycle(HOMES), self.weather.connections))
        await asyncio.gather(self._posts(), self._staff(), *lanes)

    def _release(self, upto: int) -> None:
        """Only those who wrote before are offered by the lanes of the siege."""
        super()._release(min(upto, ANSWERED))

    def _letter(self, letter: Letter) -> None:
        now = monotonic()
        if letter.recipient == mails.STAFF:
            self._notices.append(letter)
        for name in self.answered.keys() - self.arrived.keys() if "(a-" in letter.text else ():
            if f"({name})" in letter.text:
                self.arrived[name] = now

    # What comes.

    def _fill(self) -> None:
        """The mailbox gets its backlog; it is accepted when it is flagged."""
        made = [self._new("imap") for _ in range(self.weather.backlog)]
        self.server.put("help", [mail.content for mail in made])

    async def _posts(self) -> None:
        posters = [Hook(self.place) for _ in range(POSTERS)]
        for poster in posters:
            self._posters.put_nowait(poster)
        await self._come(monotonic())
        for poster in posters:
            poster.close()

    async def _come(self, began: float) -> None:
        sent = list[Mail]()
        async with asyncio.TaskGroup() as posts:
            for number in range(self.weather.posts):
                due = began + number * self.weather.seconds / self.weather.posts
                await asyncio.sleep(max(0.0, due - monotonic()))
                again = sent and self._chance.random() < REPEATED
                sent.append(self._chance.choice(sent) if again else self._new("webhook"))
                posts.create_task(self._post(sent[-1], due))

    async def _post(self, mail: Mail, due: float) -> None:
        poster = await self._posters.get()
        try:
            await self._until_accepted(poster, mail, due)
        finally:
            self._posters.put_nowait(poster)

    async def _mailer(self, home: str) -> None:
        client = Smtp(self.place.smtp, home=home)
        end = monotonic() + self.weather.seconds
        while (due := monotonic() + self._chance.uniform(0.0, 2 * THINKS)) < end:
            await asyncio.sleep(due - monotonic())
            await self._until_accepted(client, self._new("smtp"), due)
        client.close()

    async def _staff(self) -> None:
        """One answer after the other, all through the storm."""
        client = Smtp(self.place.smtp, login="asha")
        notices = [(self._about(notice), notice) for notice in self._notices]
        for complaint, notice in islice(((c, n) for c, n in notices if c), ANSWERED):
            await asyncio.sleep(self.weather.seconds / (ANSWERED + 1))
            mail = mails.answer(notice.message, complaint)
            self.answered[mail.id] = monotonic()  # a letter may be there before its 250 is
            self.journal.offer(mail, mail.content)
            await self._until_accepted(client, mail, monotonic())
        client.close()

    def _about(self, notice: Letter) -> Mail | None:
        return next(
            (m for m in self.journal.mails.values() if f"({m.id})" in notice.text and m.kind == "complaint"), None
        )

    def _new(self, wire: mails.Wire) -> Mail:
        mail = mails.complaint(self._made, wire, self._chance)
        self._made += 1
        self.journal.offer(mail, mail.content)
        return mail

    async def _until_accepted(self, client: Way, mail: Mail, due: float) -> None:
        while (said := await self._offered(client, mail)) is not Said.ACCEPTED:
            if said is Said.REFUSED:
                self.journal.refused.append(mail.id)
                return
            self.journal.put_off += said is Said.LATER
            await asyncio.sleep(0.1)
        self.waits.append(monotonic() - due)
        self.journal.accept(mail.id)

    async def _offered(self, client: Way, mail: Mail) -> Said:
        try:
            return await client.offer(mail, mail.content, lambda: None)
        except (OSError, EOFError, TimeoutError):
            return Said.NOTHING


async def blow(database: str, weather: Weather, seed: int) -> Verdict:
    """The storm, the rest after it, and the verdict."""
    plan = Plan(way="smtp", kills=0, messages=ANSWERED, seed=seed)
    async with AsyncExitStack() as stack:
        server = stack.enter_context(dovecot.running())
        sink = await stack.enter_async_context(sinks.running())
        place: Place = stack.enter_context(furnished(database=database, sink=sink.port, imap=server.port))
        storm = Storm(plan=plan, place=place, sink=sink, imap=server.port, weather=weather, server=server)
        status = await storm.run()
        return await asyncio.to_thread(_complete, storm, judge(storm, status))


def _complete(storm: Storm, verdict: Verdict) -> Verdict:
    cuts = quantiles(storm.waits, n=100)
    letters = sorted(storm.arrived[name] - at for name, at in storm.answered.items() if name in storm.arrived)
    slow = (f"p99 {cuts[98]:.2f} s",) if cuts[98] > ACCEPTED_SECONDS else ()
    starved = tuple(f"{seconds:.1f} s" for seconds in letters if seconds > LETTER_SECONDS)
    punctual = Finding(
        promise=f"{ACCEPTED_SECONDS:.0f} s to an acceptance (p99), {LETTER_SECONDS:.0f} s to a letter of staff",
        broken=slow + starved,
    )
    figures = {
        "ms from due to accepted: p50, p99, longest": ", ".join(
            f"{1000 * t:.0f}" for t in (cuts[49], cuts[98], max(storm.waits))
        ),
        f"s to the customer, longest of {len(letters)} of {len(storm.answered)} answers": f"{max(letters, default=0.0):.2f}",
    }
    return replace(verdict, punctual=punctual, figures=verdict.figures | figures)


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="python -m bench.faults.storm", description=__doc__)
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options.add_argument("--posts", type=int, default=20_000)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--connections", type=int, default=196)
    options.add_argument("--backlog", type=int, default=5_000)
    options.add_argument("--seed", type=int, default=1)
    said = options.parse_args(arguments)
    weather = Weather(posts=said.posts, seconds=said.seconds, connections=said.connections, backlog=said.backlog)
    began = monotonic()
    verdict = asyncio.run(blow(said.database, weather, said.seed))
    print(f"storm on {said.database}, seed {said.seed}: {monotonic() - began:.0f} s\n{verdict}")
    return 0 if verdict.clean else 1


if __name__ == "__main__":
    sys.exit(main())
