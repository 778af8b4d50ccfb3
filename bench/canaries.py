"""Ten thousand messages through a daemon that logs all it can. Every word a customer can place is a canary, and none may sing.

    .venv/bin/python -m bench.canaries --count 10000

By SMTP, LMTP and webhook; half of the mail is damaged by chance. Logins fail, signatures are wrong, connections break, recipients
are strangers or refuse our letters in the customer's words, and the database is locked for a while. Ends with status 1 where
a canary, an address or a secret was logged.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from zlib import crc32

from bench.faults import sink as sinks
from bench.faults.books import Books
from bench.faults.daemon import Daemon
from bench.faults.database import locked
from bench.faults.mails import DESK, Mail, Wire
from bench.faults.place import PASSWORD, Place, furnished
from bench.faults.sink import Sink
from bench.faults.ways import Hook, Said, Smtp, Way
from bench.mutate import damaged

BIRD = "kanarienvogel"
SHOWN = re.compile(rf"{BIRD}|@|{PASSWORD}".encode(), re.IGNORECASE)
_EVENT = re.compile(rb'"event": "([^"]*)"')
LANES = 8
REST_SECONDS = 600
LOCKED_SECONDS = 12.0  # longer than the daemon waits for a lock


class Rude(Sink):
    """A mail server that refuses every fifth recipient, and says the customer's words about it."""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        chosen = crc32(address.encode()) % 10
        if chosen < 2:
            return ("550 5.1.1", "450 4.2.2")[chosen] + f" <{address}> {BIRD} says no"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"


def messages(count: int, chance: random.Random) -> Iterator[Mail]:
    """Each with a bird of its own in every place."""
    for number in range(count):
        wire: Wire = chance.choices(("smtp", "lmtp", "webhook"), (6, 1, 3))[0]
        bird = f"{BIRD}{number}"
        sender, to = f"{bird}@{bird}.example", DESK if chance.random() < 0.95 else f"{bird}@harbour.example"
        content = _contact(bird, chance) if wire == "webhook" else _mail(bird, sender, chance)
        yield Mail(id=bird, kind="complaint", wire=wire, content=content, sender=sender, recipient=to)


def _mail(bird: str, sender: str, chance: random.Random) -> bytes:
    head = (
        f"From: {bird} <{sender}>\r\nTo: {DESK}\r\nSubject: {bird} is broken\r\nMessage-ID: <{bird}@{bird}.example>\r\n"
    )
    head += f"Received: from {bird} ({bird} [192.0.2.1]) by {bird}\r\nX-{bird}: {bird}\r\nMIME-Version: 1.0\r\n"
    head += f'Content-Type: multipart/mixed; boundary="{bird}"\r\n\r\n'
    words = f"--{bird}\r\nContent-Type: text/plain\r\n\r\nMy {bird} is broken. Call {bird}, order 7{bird[-5:]}.\r\n"
    file = f'--{bird}\r\nContent-Type: image/jpeg; name="{bird}.jpg"\r\n\r\n{bird}\r\n--{bird}--\r\n'
    blob = (head + words + file).encode()
    for _ in range(chance.randint(1, 8) if chance.random() < 0.5 else 0):
        blob = damaged(chance, blob)
    return blob.removesuffix(b"\r\n") + b"\r\n"


def _contact(bird: str, chance: random.Random) -> bytes:
    said = {"id": bird, "sender": {"email": f"{bird}@{bird}.example", "name": bird}, "text": f"My {bird} is broken."}
    whole = json.dumps(said).encode()
    return whole if chance.random() < 0.9 else damaged(chance, whole)


class Company:
    """One daemon, and everybody who writes to it."""

    def __init__(self, place: Place, seed: int) -> None:
        self._place, self._chance = place, random.Random(seed)
        self._up = asyncio.Event()  # something was accepted
        self.answers: Counter[str] = Counter()

    async def write(self, count: int) -> None:
        """Everything is offered; what is put off comes again."""
        mails = messages(count, self._chance)
        async with asyncio.TaskGroup() as lanes:
            for _ in range(LANES):
                lanes.create_task(self._lane(mails))
            lanes.create_task(self._misbehave(count))
            lanes.create_task(self._lock())

    async def _lane(self, mails: Iterator[Mail]) -> None:
        ways: dict[str, Way] = {
            "smtp": Smtp(self._place.smtp),
            "lmtp": Smtp(self._place.lmtp, "LHLO"),
            "webhook": Hook(self._place),
        }
        for mail in mails:
            while (said := await _offered(ways[mail.wire], mail)) in (Said.LATER, Said.NOTHING):
                self.answers[said.value] += 1
                await asyncio.sleep(0.2)
            self.answers[said.value] += 1
            self._up.set()
        for way in ways.values():
            way.close()

    async def _misbehave(self, count: int) -> None:
        """Whoever is not let in, or leaves in the middle."""
        await self._up.wait()
        for _ in range(count // 50):
            for line in (
                f"AUTH PLAIN {BIRD}",
                f"VRFY {BIRD}",
                f"HELO {BIRD}\r\nMAIL FROM:<{BIRD}@x.example>\r\n{BIRD}",
            ):
                await self._say(self._place.smtp, line)
            forged = f"POST /hooks/{BIRD} HTTP/1.1\r\nHost: {BIRD}\r\nwebhook-signature: v1,{BIRD}\r\n\r\n"
            await self._say(self._place.http, forged)
            await self._say(self._place.http, forged.replace(f"/hooks/{BIRD}", "/hooks/webhook"))
            await asyncio.sleep(0.05)

    async def _say(self, port: int, words: str) -> None:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(words.encode() + b"\r\n")
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1), 5)
            writer.close()

    async def _lock(self) -> None:
        """Another program has the database to itself."""
        await self._up.wait()
        with locked(Path(self._place.url.removeprefix("sqlite:///"))):
            await asyncio.sleep(LOCKED_SECONDS)


async def _offered(way: Way, mail: Mail) -> Said:
    try:
        return await way.offer(mail, mail.content, lambda: None)
    except (OSError, EOFError, TimeoutError):
        return Said.NOTHING


async def flown(count: int, seed: int) -> tuple[Counter[str], bytes]:
    """What clients were answered, and the daemon's log from its start to its end."""
    async with sinks.running(Rude()) as sink:
        with furnished(database="sqlite", sink=sink.port) as place:
            settings = place.settings.read_text()
            place.settings.write_text(settings.replace('level = "warning"', 'level = "debug"'))
            daemon, company = Daemon(place), Company(place, seed)
            daemon.start()
            await company.write(count)
            await _at_rest(place)
            company.answers["exit status"] = await daemon.stop()
            return company.answers, daemon.log().encode()


async def _at_rest(place: Place) -> None:
    """Until everything is decided, and every letter was tried."""
    books, end = Books(place.url), time.monotonic() + REST_SECONDS
    while time.monotonic() < end and any(  # noqa: ASYNC110
        "deferred" not in state for state in await asyncio.to_thread(books.open)
    ):
        await asyncio.sleep(0.5)
    books.close()


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.canaries", description=__doc__)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    said = options.parse_args()
    answers, log = asyncio.run(flown(said.count, said.seed))
    lines = log.splitlines()
    events = Counter(_EVENT.findall(log))
    sung = [line for line in lines if SHOWN.search(line)]
    print("answers:", ", ".join(f"{number} {kind}" for kind, number in answers.most_common()))
    print("\n".join(f"{number:8} {event.decode()}" for event, number in events.most_common()))
    print(f"{len(sung)} of {len(lines)} lines hold what nobody may log", *sung[:5], sep="\n")
    return int(bool(sung) or bool(answers["exit status"]))


if __name__ == "__main__":
    sys.exit(main())
