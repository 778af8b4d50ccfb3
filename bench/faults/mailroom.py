"""A mailbox under siege: its network, its server and other people interfere while mail comes in, and the daemon is killed.

    .venv/bin/python -m bench.faults.mailroom --database sqlite --incidents 40 --seed 1

The server is a real Dovecot behind a network of ours. Three of ten mails come by SMTP as well. After every incident the mailbox
must be read again within a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import imaplib
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from time import monotonic

from bench.faults import sink as sinks
from bench.faults.mails import Mail
from bench.faults.place import furnished
from bench.faults.siege import Plan, Siege
from bench.faults.verdict import Finding, Verdict, judge
from bench.faults.ways import Mailbox
from tests.servers import dovecot
from tests.servers.dovecot import Dovecot
from tests.servers.proxy import Fault, Proxy, between

USER = "help"
TWICE = 0.3  # of mails come by SMTP as well
A_TIME = 6  # complaints that come with every incident
READ_SECONDS = 60.0  # until the mailbox is read again
PATIENCE = 3 * READ_SECONDS
CUTS = 5  # connections in a row that end in the midst
INCIDENTS = ("cut", "moved", "hangs", "kicked", "garbled", "renumbered", "killed", "throttled", "deleted", "died")
_GARBAGE = (b"BODY[] {", b"BODY[] }{"), (b" FETCH (", b" FE\0CH ("), (b"* SEARCH", b"* SEARCH x")
_THROTTLED = (b" OK [CAPABILITY", b" NO [LIMIT] Too many simultaneous connections [CAPABILITY")


@dataclass
class Mailroom(Siege):
    """`plan.kills` counts the incidents, of which some are kills."""

    server: Dovecot = field(kw_only=True)
    proxy: Proxy = field(kw_only=True)
    incidents: Sequence[str] = INCIDENTS
    read_again: list[tuple[str, float]] = field(default_factory=list)  # seconds from an incident's end to the next mail

    async def _attack(self) -> None:
        self._begin()
        for number in range(self.plan.kills):
            self._release(A_TIME * (number + 1))
            name = self.incidents[number % len(self.incidents)]
            incident: Callable[[], Awaitable[None]] = getattr(self, f"_{name}")
            await asyncio.sleep(self._chance.uniform(0.0, 1.0))
            await incident()
            began = monotonic()
            await self._read(self._extra())
            self.read_again.append((name, monotonic() - began))
            await asyncio.to_thread(self._note_flags)
        self._release(self.plan.messages)

    def _accepted(self, mail: Mail) -> None:
        """What came by the mailbox comes by SMTP, too, now and then."""
        super()._accepted(mail)
        if mail.wire == "imap" and self._chance.random() < TWICE:
            self._put(replace(mail, wire="smtp"), mail.content)

    def _extra(self) -> Mail:
        """One more mail, which shows that the mailbox is read."""
        self._release(self._made + 1)
        return self.journal.mails[f"c{self._made - 1}"]

    async def _read(self, mail: Mail) -> None:
        async with asyncio.timeout(PATIENCE):
            while mail.id not in await asyncio.to_thread(Mailbox(self.imap).flagged):  # noqa: ASYNC110
                await asyncio.sleep(0.3)

    # What happens.

    async def _cut(self) -> None:
        """The network ends every so many kilobytes."""
        self.proxy.faults = [Fault(cut_after=self._chance.randint(0, 40_000)) for _ in range(CUTS)]
        await self._meanwhile()

    async def _hangs(self) -> None:
        """Nothing comes any more, nor an end; waiting for mail, as a rule."""
        self.proxy.hang()

    async def _garbled(self) -> None:
        self.proxy.faults = [Fault(garble=self._chance.choice(_GARBAGE))]
        await self._meanwhile()

    async def _throttled(self) -> None:
        """No login for a while."""
        self.proxy.faults = [Fault(garble=_THROTTLED)]
        await self._meanwhile()

    async def _kicked(self) -> None:
        """The server says BYE."""
        await asyncio.to_thread(self.server.kick, USER)

    async def _died(self) -> None:
        """Its process dies without a word."""
        await asyncio.to_thread(self.server.kill, USER)

    async def _killed(self) -> None:
        self.daemon.kill()
        self._begin(whole=False)

    async def _renumbered(self) -> None:
        """UIDVALIDITY and every UID change, under the eyes of the daemon; it is made of the time in seconds."""
        await asyncio.sleep(1.1)
        await asyncio.to_thread(self.server.forget_indexes, USER)
        await asyncio.to_thread(self.server.kick, USER)

    async def _moved(self) -> None:
        """Somebody moves mail to a folder of their own, and thinks better of it."""
        with suppress(imaplib.IMAP4.error):
            await asyncio.to_thread(self._carry, "INBOX", "Mine")
            await asyncio.sleep(self._chance.uniform(0.0, 3.0))
            await asyncio.to_thread(self._carry, "Mine", "INBOX")

    async def _deleted(self) -> None:
        await asyncio.to_thread(self._throw_away)

    async def _meanwhile(self) -> None:
        """The trouble lasts for some connections, and then all is well."""
        self.proxy.faults += [Fault()]
        before, self.proxy.connections = self.proxy.connections, 0
        self.proxy.cut()
        await asyncio.sleep(self._chance.uniform(2.0, 5.0))
        self.proxy.connections += before
        self.proxy.faults = []

    def _carry(self, source: str, target: str) -> None:
        with self.server.client(USER) as client:
            client.create(target)
            client.select(source)
            _, (count,) = client.search(None, "ALL")
            if some := self._some(count):
                client.copy(some, target)
                client.store(some, "+FLAGS", "\\Deleted")
                client.expunge()

    def _throw_away(self) -> None:
        """Of what the daemon has marked, something goes for ever."""
        with self.server.client(USER) as client:
            _, (marked,) = client.search(None, "KEYWORD", Mailbox.KEYWORD)
            if some := self._some(marked):
                client.store(some, "+FLAGS", "\\Deleted")
                client.expunge()

    def _some(self, numbers: bytes | None) -> str:
        found = (numbers or b"").decode().split()
        return ",".join(self._chance.sample(found, len(found) // 4))


async def interfere(database: str, count: int, seed: int, incidents: Sequence[str] = INCIDENTS) -> Verdict:
    """So many incidents in turns, and the verdict."""
    plan = Plan(way="imap", kills=count, messages=(A_TIME + 1) * count, seed=seed)
    async with AsyncExitStack() as stack:
        server = stack.enter_context(dovecot.running())
        proxy = await stack.enter_async_context(between(server.port))
        sink = await stack.enter_async_context(sinks.running())
        place = stack.enter_context(furnished(database=database, sink=sink.port, imap=proxy.port))
        room = Mailroom(
            plan=plan, place=place, sink=sink, imap=server.port, server=server, proxy=proxy, incidents=incidents
        )
        status = await room.run()
        return await asyncio.to_thread(_complete, room, judge(room, status))


def _complete(room: Mailroom, verdict: Verdict) -> Verdict:
    late = tuple(f"{name} {seconds:.1f}" for name, seconds in room.read_again if seconds > READ_SECONDS)
    longest = {name: max(s for each, s in room.read_again if each == name) for name in dict(room.read_again)}
    times = Counter(name for name, _ in room.read_again)
    figures = {f"s until it was read again: {name}, {times[name]} times": f"{s:.1f}" for name, s in longest.items()}
    found = Finding(promise=f"a mailbox is read again within {READ_SECONDS:.0f} s", broken=late)
    return replace(verdict, punctual=found, figures=verdict.figures | {"kills": times["killed"]} | figures)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.faults.mailroom", description=__doc__)
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options.add_argument("--incidents", type=int, default=40)
    options.add_argument("--seed", type=int, default=1)
    said = options.parse_args()
    began = monotonic()
    verdict = asyncio.run(interfere(said.database, said.incidents, said.seed))
    print(f"mailbox on {said.database}, seed {said.seed}: {monotonic() - began:.0f} s\n{verdict}")
    return 0 if verdict.clean else 1


if __name__ == "__main__":
    sys.exit(main())
