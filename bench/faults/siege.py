"""A siege: clients offer mail without a pause, and the daemon is killed again and again, at chosen moments."""

from __future__ import annotations

import asyncio
import random
import re
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from bench.faults import mails
from bench.faults.books import Books
from bench.faults.daemon import Daemon
from bench.faults.journal import Journal
from bench.faults.mails import Mail, Wire
from bench.faults.place import Place
from bench.faults.sink import Letter, Sink
from bench.faults.ways import Hook, Mailbox, Said, Smtp, Way

LANES = 6
AGAIN = 0.2  # of accepted mails are delivered once more
REPLIES, ANSWERS = 0.25, 0.1  # of acknowledgements and of notifications are answered
BEFORE_READY = 0.1  # of kills come while the daemon starts
WHOLE = 0.1  # of the others are of a daemon that has loaded itself, and whose start is timed
START_SECONDS = 60.0
IDLE_SECONDS = 900.0
ABOUT = re.compile(r"\((c\d+)\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How hard it will be."""

    way: Wire
    kills: int
    messages: int  # complaints; replies and answers come on top
    seed: int


@dataclass
class Siege:
    """One daemon, its senders, and whoever kills it."""

    plan: Plan
    place: Place
    sink: Sink
    imap: int = 0
    restarts: list[float] = field(default_factory=list)  # seconds from start to the first acceptance

    def __post_init__(self) -> None:
        self.daemon = Daemon(self.place)
        self.journal = Journal(self.place.settings.parent / "accepted.log")
        self._chance = random.Random(self.plan.seed)
        self._queue: asyncio.Queue[tuple[Mail, bytes]] = asyncio.Queue()
        self._answering = asyncio.Event()  # the daemon of this life has accepted something
        self._sent = 0  # messages whose last octet has left, in this life
        self._made = 0
        self._whole = True  # what lives now was started as the program that it is
        self.sink.arrived = self._letter

    async def run(self) -> int:
        """Attack it, then let it come to rest. Returns its exit status at the end."""
        lanes = [asyncio.create_task(self._lane()) for _ in range(LANES)]
        try:
            await self._attack()
            await self._rest()
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)
            status = await self._end()
        self._note_flags()
        return status

    async def _end(self) -> int:
        """The exit status, 0 where nothing runs any more."""
        status = await self.daemon.stop() if self.daemon.alive else 0
        self.daemon.close()
        return status

    def _door(self) -> Place:
        """Where a sender tries next."""
        return self.place

    # The killer.

    async def _attack(self) -> None:
        """Kill it so often. It runs when this is over."""
        for life in range(self.plan.kills):
            self._release(self.plan.messages * (life + 1) // self.plan.kills)
            await self._live_and_die()
            self._note_flags()
        self._begin()

    async def _live_and_die(self) -> None:
        kind = self._chance.random()
        self._begin(whole=kind < BEFORE_READY + WHOLE)
        if kind < BEFORE_READY:
            await asyncio.sleep(self._chance.uniform(0.0, 1.5))
        else:
            await self._first_acceptance()
            await self._moment()
        self.daemon.kill()

    def _begin(self, *, whole: bool = True) -> None:
        self._whole = whole
        self._answering.clear()
        self._sent = 0
        if whole:
            self.daemon.start()
        else:
            self.daemon.begin()

    async def _first_acceptance(self) -> None:
        pulse = asyncio.create_task(self._pulse()) if self.plan.way == "imap" else None
        with suppress(TimeoutError):
            await asyncio.wait_for(self._answering.wait(), START_SECONDS)
        if self._whole:
            self.restarts.append(monotonic() - self.daemon.started_at)
        if pulse:
            pulse.cancel()
        if not self._answering.is_set():
            raise RuntimeError(f"the daemon does not come back: {self.daemon.log()[-2000:]}")

    async def _moment(self) -> None:
        """Some milliseconds after the last octet of some message, or any time in the half second after it."""
        target = self._sent + self._chance.randint(1, max(2, self.plan.messages // self.plan.kills))
        for _ in range(100):
            if self._sent >= target:
                break
            await asyncio.sleep(0.005)
        near = self._chance.random() < 0.7
        await asyncio.sleep(self._chance.uniform(0.0, 0.012 if near else 0.5))

    async def _pulse(self) -> None:
        """A mailbox says nothing about its daemon: greet it by SMTP until it answers 250."""
        while not self._answering.is_set():
            client = Smtp(self._door().smtp)
            with suppress(OSError, EOFError):
                await client.connected()
                self._answering.set()
            client.close()
            await asyncio.sleep(0.02)

    # The senders.

    def _release(self, upto: int) -> None:
        while self._made < upto:
            mail = mails.complaint(self._made, self.plan.way, self._chance)
            self._made += 1
            self._put(mail, mail.content)

    def _put(self, mail: Mail, content: bytes) -> None:
        self.journal.offer(mail, content)
        self._queue.put_nowait((mail, content))

    async def _lane(self) -> None:
        clients: dict[str, Way] = {}
        try:
            while True:
                mail, content = await self._queue.get()
                await self._deliver(clients, mail, content)
                self._queue.task_done()
        finally:
            for client in clients.values():
                client.close()

    async def _deliver(self, clients: dict[str, Way], mail: Mail, content: bytes) -> None:
        name = f"{mail.wire}:{mail.login}"
        if name not in clients:
            clients[name] = self._client(mail)
        try:
            said = await clients[name].offer(mail, content, self._one_more_sent)
        except (OSError, EOFError, TimeoutError):
            clients.pop(name).close()
            said = Said.NOTHING
        self.journal.put_off += said is Said.LATER
        if said in (Said.LATER, Said.NOTHING):
            await asyncio.sleep(0.02)
            self._queue.put_nowait((mail, content))
        elif said is Said.REFUSED:
            self.journal.refused.append(mail.id)
        else:
            self._accepted(mail)

    def _client(self, mail: Mail) -> Way:
        door = self._door()
        if mail.wire == "webhook":
            return Hook(door)
        if mail.wire == "imap":
            return Mailbox(self.imap)
        if mail.wire == "lmtp":
            return Smtp(door.lmtp, "LHLO")
        return Smtp(door.smtp, login=mail.login)

    def _accepted(self, mail: Mail) -> None:
        if mail.wire != "imap":  # there, arriving is not yet being accepted
            self.journal.accept(mail.id)
            self._answering.set()
        if self._chance.random() < AGAIN:
            travelled = mail.wire in ("smtp", "lmtp") and self._chance.random() < 0.5
            self._put(mail, mails.travelled(mail, self._sent) if travelled else mail.content)

    def _one_more_sent(self) -> None:
        self._sent += 1

    def _note_flags(self) -> None:
        """While the daemon is dead: what it has marked in the mailbox it has accepted."""
        if self.imap:
            for name in Mailbox(self.imap).flagged():
                self.journal.accept(name)

    # Those who get letters, and answer some.

    def _letter(self, letter: Letter) -> None:
        if letter.recipient == mails.STAFF:
            found = ABOUT.search(letter.text)
            self._sometimes(ANSWERS, f"a-{found[1]}" if found else "", letter)
        elif "(a-" not in letter.text:
            complaint = self._of(letter.recipient)
            self._sometimes(REPLIES, f"r-{complaint.id}" if complaint else "", letter)

    def _of(self, sender: str) -> Mail | None:
        found = re.match(r"customer(\d+)@", sender)
        return self.journal.mails.get(f"c{found[1]}") if found else None

    def _sometimes(self, share: float, name: str, letter: Letter) -> None:
        complaint = self.journal.mails.get(name[2:])
        if not name or name in self.journal.mails or complaint is None or self._chance.random() >= share:
            return
        wire: Wire = "lmtp" if self.plan.way == "lmtp" else "smtp"
        made = (
            mails.answer(letter.message, complaint)
            if name.startswith("a-")
            else mails.reply(letter.message, complaint, wire, self._chance)
        )
        self._put(made, made.content)

    # The end.

    async def _rest(self) -> None:
        """Until everything is offered, decided and sent. The time that suspects wait is let run out."""
        await asyncio.wait_for(self._pulse(), START_SECONDS)
        books, end, waits = Books(self.place.url), monotonic() + IDLE_SECONDS, 0
        while waits < 3:
            await asyncio.wait_for(self._queue.join(), IDLE_SECONDS)
            await asyncio.sleep(0.4)
            open_ = books.open()
            waits = waits + 1 if not open_ and self._queue.empty() else 0
            books.age()
            if monotonic() > end:
                raise RuntimeError(f"it does not rest: {open_}; {self.daemon.log()[-1500:]}")
        books.close()
