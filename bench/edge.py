"""What checking a mail from the Internet costs, beside reading it, with name servers on loopback. `python -m bench.edge`.

Processor time of the whole process, since machines are shared: the name server's part is in it.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from config.settings import Dns as Options
from intake.message import Envelope, RawMessage
from tests.harbour import POLICY
from tests.servers.dns import name_server, text
from tests.signing import ed25519_key, published, rsa_key, signed
from workers.deciding.understanding import understand
from workers.edge.dns import Dns
from workers.edge.evaluation import Evaluation

MAIL = b"From: Jo <jo@corp.example>\r\nTo: help@harbour.example\r\nSubject: Lamp\r\nDate: Tue, 13 Jan 2026 10:00 +0000\r\n\r\n"
LINE = b"My lamp (order 88123) came with the wrong shade, and I need it on Friday.\r\n"
ZONE = {
    "corp.example": {"TXT": [text("v=spf1 include:a.example -all")]},
    "a.example": {"TXT": [text("v=spf1 ip4:192.0.2.0/24 -all")]},
    "_dmarc.corp.example": {"TXT": [text("v=DMARC1; p=reject")]},
    "s._domainkey.corp.example": {"TXT": [published(rsa_key())]},
    "e._domainkey.corp.example": {"TXT": [published(ed25519_key())]},
}


def mail(blob: bytes) -> RawMessage:
    said = Envelope(mail_from="jo@corp.example", peer="192.0.2.1", helo="corp.example", direct=True)
    at = datetime(2026, 1, 13, tzinfo=UTC)
    return RawMessage(channel="smtp", account="smtp", source_id="1", envelope=said, blob=blob, received_at=at)


async def cost(count: int, do: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds of processor time each."""
    await do()
    before = time.process_time()
    for _ in range(count):
        await do()
    return (time.process_time() - before) / count * 1000


async def run(count: int) -> None:
    small = MAIL + 10 * LINE
    mails = {
        "SPF alone": small,
        "and RSA": signed(small, "corp.example"),
        "and Ed25519": signed(small, "corp.example", selector="e", by="ed25519"),
    }
    with name_server(ZONE) as server:
        evaluation = Evaluation(Dns(Options(servers=(server.address,))), sealers=(), seconds=8)
        for name, blob in mails.items():
            raw = mail(blob)
            reading = await cost(count, lambda raw=raw: asyncio.to_thread(understand, raw, POLICY))
            checking = await cost(count, lambda raw=raw: evaluation.check(raw))
            print(
                f"{name:12} reading {reading:6.2f} ms   checking {checking:6.2f} ms   {checking / reading:4.1f} times"
            )


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--count", type=int, default=300)
    asyncio.run(run(words.parse_args().count))
