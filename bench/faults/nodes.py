"""Several daemons on one PostgreSQL, of which one after the other is killed, stopped and continued, or cut off from the database.

    .venv/bin/python -m bench.faults.nodes --nodes 3 --partitions 100 --seed 1
    .venv/bin/python -m bench.faults.nodes --nodes 3 --partitions 100 --network namespaces

Every partition is 5 to 30 s long; with every second one comes a kill, and with every second one a stop. All the while
mail comes in at any node. The relay before the database hangs or breaks; where each node is on a machine of its own (for which
the bench must be root), its network loses every packet. The verdict is that of the siege, and that whatever a dead node had is
taken over within ten seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from time import monotonic
from typing import Literal

from sqlalchemy import make_url

from bench.faults import namespaces
from bench.faults import sink as sinks
from bench.faults.books import Books
from bench.faults.daemon import Daemon
from bench.faults.namespaces import Machine
from bench.faults.place import Place, beside, furnished
from bench.faults.relay import Dial, Relay
from bench.faults.siege import START_SECONDS, Plan, Siege
from bench.faults.verdict import Finding, Verdict, judge
from tests.servers import dovecot

TAKEOVER_SECONDS = 10.0
PARTITION_SECONDS = 5.0, 30.0
STOP_SECONDS = 9.0, 14.0  # long enough to be taken for dead
AT_A_TIME = 25  # complaints that come with every incident
APART_SECONDS = 4.0  # between two incidents, so that the next one meets nodes that are at work

Incident = Literal["kill", "stop", "partition"]
Network = Literal["relay", "namespaces"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One daemon, with its own way to the database."""

    place: Place
    daemon: Daemon
    wire: Relay | Machine

    def start(self) -> None:
        self.daemon.start(self.wire.before)

    @property
    def name(self) -> str:
        """How it is called in the table of nodes, whatever life it is in."""
        return f"{socket.gethostname()}:{self.daemon.pid}"


@dataclass
class Contest(Siege):
    """A siege of several daemons. `longest` bounds partitions, in seconds."""

    nodes: Sequence[Node] = ()
    incidents: Sequence[Incident] = ()
    longest: float = PARTITION_SECONDS[1]
    takeovers: list[float] = field(default_factory=list)  # seconds from the end of a node to the return of what it had
    ended: int = 0  # starts that ended by themselves

    def _door(self) -> Place:
        return self._chance.choice([node.place for node in self.nodes])

    async def _attack(self) -> None:
        self._books = Books(self.place.url)
        for node in self.nodes:
            node.start()
        await self._all_living()
        await asyncio.wait_for(self._pulse(), START_SECONDS)
        for number, incident in enumerate(self.incidents):
            self._release(AT_A_TIME * (number + 1))
            await asyncio.sleep(APART_SECONDS)
            await self._all_living()
            await getattr(self, f"_{incident}")(self._victim())
            self._note_flags()
        self._books.close()

    async def _all_living(self) -> None:
        """Whoever was declared dead has begun anew. Who could not begin is started again, as service managers do."""
        async with asyncio.timeout(2 * START_SECONDS):
            while not all(self._books.living(node.name) for node in self.nodes):
                for node in self.nodes:
                    if not node.daemon.alive:
                        self.ended += 1
                        node.start()
                await asyncio.sleep(0.1)

    def _victim(self) -> Node:
        """Anyone; but of a mailbox whoever reads it."""
        readers = self._books.readers()
        return next((node for node in self.nodes if node.name in readers), self._chance.choice(self.nodes))

    async def _kill(self, node: Node) -> None:
        lives = self._books.living(node.name)
        node.daemon.kill()
        await self._taken_over(lives)
        node.start()

    async def _stop(self, node: Node) -> None:
        lives = self._books.living(node.name)
        node.daemon.signal(signal.SIGSTOP)
        stopped = asyncio.create_task(asyncio.sleep(self._chance.uniform(*STOP_SECONDS)))
        await self._taken_over(lives)
        await stopped
        node.daemon.signal(signal.SIGCONT)

    async def _partition(self, node: Node) -> None:
        lives, seconds = self._books.living(node.name), self._chance.uniform(PARTITION_SECONDS[0], self.longest)
        node.wire.cut(self._chance.choice(node.wire.ways))
        over = asyncio.create_task(asyncio.sleep(seconds))
        if seconds > TAKEOVER_SECONDS:
            await self._taken_over(lives)
        await over
        node.wire.mend()

    async def _taken_over(self, lives: Sequence[int]) -> None:
        """Until nothing is theirs any more."""
        began = monotonic()
        while set(lives) & set(self._books.living()) or self._books.held_by(lives):
            if monotonic() - began > 3 * TAKEOVER_SECONDS:
                break
            await asyncio.sleep(0.1)
        self.takeovers.append(monotonic() - began)

    async def _end(self) -> int:
        for node in self.nodes:
            if node.daemon.alive:
                node.daemon.signal(signal.SIGCONT)
                node.wire.mend()
        running = [node.daemon for node in self.nodes if node.daemon.alive]
        return max([await daemon.stop() for daemon in running], default=1)


def incidents(partitions: int) -> list[Incident]:
    """So many partitions, and among them half as many kills and stops."""
    return list(islice(cycle(("partition", "kill", "partition", "stop")), 2 * partitions))


@asynccontextmanager
async def several(count: int, place: Place) -> AsyncIterator[list[Node]]:
    """Nodes that are not started yet, each with a relay to the database."""
    async with AsyncExitStack() as stack:
        nodes = []
        for number in range(count):
            relay = Relay(_dial(place))
            await relay.start()
            stack.push_async_callback(relay.close)
            nodes.append(_node(place, number, relay))
        yield nodes


@asynccontextmanager
async def apart(count: int, place: Place, servers: Collection[int]) -> AsyncIterator[list[Node]]:
    """The same, each on a machine of its own, as far as the network can tell; these servers are reached as if they were there."""
    async with AsyncExitStack() as stack:
        bridge = stack.enter_context(namespaces.bridge())
        nodes = []
        for number in range(count):
            machine = Machine(bridge, number)
            await stack.enter_async_context(machine.built(_dial(place)))
            node = _node(place, number, machine)
            await stack.enter_async_context(machine.doors((node.place.smtp, node.place.lmtp, node.place.http), servers))
            nodes.append(node)
        yield nodes


def _dial(place: Place) -> Dial:
    goal = make_url(place.url)
    return partial(asyncio.open_connection, goal.host or "127.0.0.1", goal.port or 5432)


def _node(place: Place, number: int, wire: Relay | Machine) -> Node:
    host, port = wire.address
    url = make_url(place.url).set(host=host, port=port).render_as_string(hide_password=False)
    own = beside(place, f"node-{number}", url)
    return Node(place=own, daemon=Daemon(own), wire=wire)


async def contend(
    count: int,
    planned: Sequence[Incident],
    seed: int,
    *,
    way: Literal["smtp", "imap"] = "smtp",
    network: Network = "relay",
    longest: float = PARTITION_SECONDS[1],
    log: Path | None = None,
) -> Verdict:
    """One contest from the first start to the verdict."""
    plan = Plan(way=way, kills=len(planned), messages=AT_A_TIME * len(planned), seed=seed)
    async with AsyncExitStack() as stack:
        imap = stack.enter_context(dovecot.running()).port if way == "imap" else 0
        sink = await stack.enter_async_context(sinks.running())
        place = stack.enter_context(furnished(database="postgresql", sink=sink.port, imap=imap))
        servers = [port for port in (sink.port, imap) if port]
        wired = apart(count, place, servers) if network == "namespaces" else several(count, place)
        nodes = await stack.enter_async_context(wired)
        contest = Contest(plan=plan, place=place, sink=sink, imap=imap, nodes=nodes, incidents=planned, longest=longest)
        try:
            status = await contest.run()
            verdict = await asyncio.to_thread(judge, contest, status)
            return await asyncio.to_thread(_complete, contest, verdict)
        finally:
            for node in nodes:
                if node.daemon.alive:
                    node.daemon.kill()
            if log:
                await asyncio.to_thread(log.write_text, contest.daemon.log())


def _complete(contest: Contest, verdict: Verdict) -> Verdict:
    books = Books(contest.place.url)
    ended = Finding(promise="nothing is left to those that have ended", broken=tuple(map(str, books.left_behind())))
    late = tuple(f"{seconds:.1f}" for seconds in contest.takeovers if seconds > TAKEOVER_SECONDS)
    punctual = Finding(promise=f"taken over within {TAKEOVER_SECONDS:.0f} s", broken=late)
    said = Counter(line.partition('"event": "')[2].partition('"')[0] for line in contest.daemon.log().splitlines())
    took = sorted(contest.takeovers)
    figures = {
        "nodes": len(contest.nodes),
        **Counter(f"times: {incident}" for incident in contest.incidents),
        "lives of nodes, all in all": books.lives(),
        "nodes that found themselves declared dead": said["node_ended"],
        "starts that ended by themselves, and were repeated": contest.ended,
        "times a dead node's work was taken over": len(took),
        "s until what a dead node had was free, median": f"{took[len(took) // 2]:.1f}" if took else "-",
        "s until what a dead node had was free, longest": f"{took[-1]:.1f}" if took else "-",
    }
    books.close()
    figures |= verdict.figures | {"kills": list(contest.incidents).count("kill")}
    return replace(verdict, findings=(*verdict.findings, ended), punctual=punctual, figures=figures)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.faults.nodes", description=__doc__)
    options.add_argument("--nodes", type=int, default=3)
    options.add_argument("--partitions", type=int, default=12)
    options.add_argument("--longest", type=float, default=PARTITION_SECONDS[1], help="seconds of a partition")
    options.add_argument("--way", choices=["smtp", "imap"], default="smtp")
    options.add_argument("--network", choices=["relay", "namespaces"], default="relay")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--log", type=Path, help="keep the daemons' log in this file")
    said = options.parse_args()
    if said.network == "namespaces" and (reason := namespaces.absent()):
        options.error(reason)
    began = monotonic()
    rules = {"way": said.way, "network": said.network, "longest": said.longest, "log": said.log}
    verdict = asyncio.run(contend(said.nodes, incidents(said.partitions), said.seed, **rules))
    print(f"{said.nodes} nodes, {said.network}, {said.way}, seed {said.seed}: {monotonic() - began:.0f} s\n{verdict}")
    return 0 if verdict.clean else 1


if __name__ == "__main__":
    sys.exit(main())
