"""How many letters a second leave the outbox for a mail server, beside aiosmtplib over four kept connections.

`python -m bench.outbox`. Ours: claimed, marked, handed over and settled, all in SQLite with `synchronous=FULL`. Theirs: the
same letters from memory, and nothing kept. The server is a process of its own that forgets everything.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

from aiosmtplib import SMTP
from sqlalchemy import func, or_, select

from bench import beside
from bench.journey import house
from channels.smarthost import Options, build
from intake.case import Route
from intake.letters.letter import LetterKind, Submission
from store import colleagues, outbox
from store.database import Store
from store.migrate import migrate
from store.schema import outbox as outbox_table
from store.schema.outbox import SENDING, UNSENT
from store.writer import Tx
from tests.channels.wire import tools
from tests.harbour import ASHA, POLICY
from tests.store.examples import letter
from workers import basics
from workers.clock import SystemClock, SystemIds
from workers.courier import Courier
from workers.life import Life

BODY = b"Your complaint is with us: Asha looks after it, and you hear from her today.\r\n" * 30
CONNECTIONS = 4


class Sink(asyncio.Protocol):
    """A mail server that says yes to everything and keeps nothing."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._inside, self._end = cast(asyncio.Transport, transport), False, b""
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        if self._inside:
            self._end = (self._end + data)[-5:]
            if self._end == b"\r\n.\r\n":
                self._inside = False
                self._transport.write(b"250 taken\r\n")
            return
        for line in data.splitlines():
            self._answer(line[:4].upper(), line)

    def _answer(self, verb: bytes, line: bytes) -> None:
        if verb == b"EHLO":
            self._transport.write(b"250-sink\r\n250 PIPELINING\r\n")
        elif verb == b"DATA":
            self._inside, self._end = True, b""
            self._transport.write(b"354 go on\r\n")
        else:
            self._transport.write(b"250 ok\r\n")


async def sink(_: Path, said: Connection) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    said.send(server.sockets[0].getsockname()[1])
    await asyncio.Event().wait()


def submission(number: int) -> Submission:
    head = f"From: help@harbour.example\r\nMessage-ID: <l{number}@harbour.example>\r\n\r\n".encode()
    return Submission(
        channel="mail",
        mail_from="bounces@harbour.example",
        rcpt_to=(ASHA.email,),
        message_id=f"l{number}@harbour.example",
        blob=head + BODY,
    )


async def theirs(port: int, count: int) -> float:
    numbers = iter(range(count))

    async def lane(client: SMTP) -> None:
        for each in map(submission, numbers):
            await client.sendmail(each.mail_from, list(each.rcpt_to), each.blob)

    clients = [SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) for _ in range(CONNECTIONS)]
    for client in clients:
        await client.connect()
    began = time.perf_counter()
    await asyncio.gather(*map(lane, clients))
    took = time.perf_counter() - began
    for client in clients:
        client.close()
    return count / took


async def ours(port: int, count: int) -> float:
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        url = f"sqlite:///{folder}/bench.db"
        migrate(url)
        store = await Store.open(url)
        await store.enter("bench")
        await store.write(partial(fill, count=count))
        took = await emptied(store, port)
        await store.close()
    return count / took


def fill(tx: Tx, *, count: int) -> None:
    now, to = SystemClock().now(), Route(channel="mail", address=ASHA.email)
    colleagues.know(tx, POLICY)
    written = [
        (letter(LetterKind.NOTIFICATION, case_ref="", cause=f"c{number}", to=to), submission(number))
        for number in range(count)
    ]
    outbox.queue(tx, written, now=now)


async def emptied(store: Store, port: int) -> float:
    """Seconds until every letter is settled as sent."""
    server = build("outgoing", Options(host="127.0.0.1", port=port, tls="none"), tools())
    ids = SystemIds()
    courier = Courier(
        store, {"mail": server}, basics.desk(house(), ids), SystemClock(), ids, Life(store, ended=lambda: None)
    )
    began = time.perf_counter()
    running = asyncio.create_task(courier.run())
    left = select(func.count()).select_from(outbox_table).where(or_(UNSENT, SENDING))
    while await store.read(lambda tx: tx.scalar(left)):  # noqa: ASYNC110 - nothing tells that a letter has gone
        await asyncio.sleep(0.02)
    took = time.perf_counter() - began
    courier.stop()
    await running
    await server.close()
    return took


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--letters", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    beside.quiet()
    with beside.serving(sink) as (port, _):
        ways = {
            f"aiosmtplib, {CONNECTIONS} kept connections": lambda _: beside.run(theirs(port, chosen.letters)),
            "ours, from SQLite": lambda _: beside.run(ours(port, chosen.letters)),
        }
        beside.report(beside.rounds(ways, chosen.rounds))


if __name__ == "__main__":
    main()
