"""From a delivery into a mailbox to its case, through IDLE, beside Dovecot's own notice: `python -m bench.idle`.

A Dovecot of our own on loopback, a daemon on SQLite as it is started, and a client that does nothing but wait. Mail is delivered
one at a time; both are counted from the moment that Dovecot has answered for it.
"""

from __future__ import annotations

import argparse
import imaplib
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bench import beside
from bench.faults.daemon import Daemon
from bench.faults.place import Place, free_ports, furnished
from bench.whole import mails, start, tell
from tests.servers import dovecot

USER = "help"
PATIENCE = 30.0  # seconds


@contextmanager
def waiting(server: dovecot.Dovecot) -> Iterator[imaplib.IMAP4]:
    """A client in IDLE (RFC 2177)."""
    with server.client(USER) as client:
        client.send(b"i IDLE\r\n")
        while not client.readline().startswith(b"+"):
            pass
        yield client
        client.send(b"DONE\r\n")
        while not client.readline().startswith(b"i "):
            pass


def noticed(client: imaplib.IMAP4, number: int) -> float:
    """The moment at which Dovecot says that there are so many messages."""
    while not client.readline().startswith(b"* %d EXISTS" % number):
        pass
    return time.perf_counter()


def decided(url: str) -> Callable[[], int]:
    """How many messages have been, by a look at the database from outside."""
    database = sqlite3.connect(f"file:{Path(url.removeprefix('sqlite:///'))}?mode=ro", uri=True)
    return lambda: int(database.execute("SELECT count(*) FROM inbound WHERE decided_at IS NOT NULL").fetchone()[0])


def until(count: Callable[[], int], wanted: int) -> float:
    """The moment at which it is so many."""
    deadline = time.perf_counter() + PATIENCE
    while count() < wanted:
        if time.perf_counter() > deadline:
            raise TimeoutError(f"message {wanted} was not decided")
        time.sleep(0.002)
    return time.perf_counter()


def deliveries(place: Place, server: dovecot.Dovecot, number: int) -> tuple[list[float], list[float]]:
    """Seconds until the notice, and until the case, of so many mails."""
    notices, cases, chance = list[float](), list[float](), random.Random(1)
    count = decided(place.url)
    before = count()
    with server.client(USER) as deliverer, waiting(server) as waiter, ThreadPoolExecutor(1) as pool:
        for nth, (_, blob) in enumerate(mails(number + 1, 1), start=1):
            notice = pool.submit(noticed, waiter, nth)
            deliverer.append("INBOX", None, None, blob)  # type: ignore[arg-type]
            began = time.perf_counter()
            known = until(count, before + nth)
            if nth > 1:  # the first one waits for the daemon to have opened the mailbox
                notices.append(notice.result(PATIENCE) - began)
                cases.append(known - began)
            time.sleep(chance.uniform(0.2, 0.7))
    return notices, cases


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mails", type=int, default=100)
    chosen = options.parse_args()
    beside.tidy()
    with (
        dovecot.running() as server,
        furnished(database="sqlite", sink=free_ports(1)[0], imap=server.port) as place,
    ):
        settings = place.settings.read_text()
        place.settings.write_text(settings.replace("poll_seconds = 2", "poll_seconds = 600"))  # by IDLE, or not at all
        daemon = Daemon(place)
        beside.run(start(place, daemon))
        try:
            notices, cases = deliveries(place, server, chosen.mails)
        finally:
            beside.run(daemon.stop())
    tell("Dovecot's own notice", notices)
    tell("decided, by IDLE", cases)
    tell("decided after the notice", [known - told for known, told in zip(cases, notices, strict=True)])


if __name__ == "__main__":
    main()
