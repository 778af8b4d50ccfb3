"""Mail that programs got wrong, kind by kind: `python -m bench.malformed --count 2000`.

Where `bench.mutate` damages bytes by chance, each maker here does one thing that real programs do: a lost boundary, a wrong
label, a name cut in two. Deterministic by seed. Every message is kept, understood and decided as the daemon does it, into SQLite.
Counts what each kind became, whether its words are still to be read, whether its bytes are kept as they came, and the slowest,
in seconds of the processor; ends with status 1 where one was not decided, lost bytes or words, or took longer than the bombs may.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from bench.hostile import LIMIT
from bench.journey import fresh, house
from intake.deciding.decision import Decision
from intake.message import Envelope, RawMessage
from store import colleagues, inbound
from store.engine import engines, parse
from store.schema import blob as blobs
from store.schema import inbound as inbound_table
from workers import basics
from workers.clock import SystemIds
from workers.deciding.understanding import Understood, understand

HEAD = "From: Jo Reed <jo@home.example>\r\nTo: help@harbour.example\r\nSubject: Two plates\r\nMIME-Version: 1.0\r\n"
WORDS = ("plates", "driver", "lamp", "refund", "Monday", "invoice", "kettle", "promise", "doorstep", "parcel", "colour")
FILE = 'Content-Type: image/png; name="p.png"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n'

Maker = Callable[[random.Random, str], bytes]


def single(*fields: str) -> Callable[[bytes], bytes]:
    """A message of one part with these further fields."""
    return lambda body: (HEAD + "".join(f"{field}\r\n" for field in fields) + "\r\n").encode() + body


def mixed(declared: str, *lines: str, kind: str = "mixed") -> bytes:
    return single(f"Content-Type: multipart/{kind}{declared}")("\r\n".join(lines).encode())


def labelled(charset: str, written_in: str, encoding: str = "8bit") -> Maker:
    """Words whose label does not fit how they are written."""
    fields = (f"Content-Type: text/plain; charset={charset}", f"Content-Transfer-Encoding: {encoding}")
    return lambda _, said: single(*fields)(f"{said} für Käthe und Jürgen, Größe 40\r\n".encode(written_in))


def plain(*fields: str) -> Maker:
    """Words as they are under fields that promise something else."""
    return lambda _, said: single(*fields)(f"{said}\r\n".encode())


def base64_with(between: bytes) -> Maker:
    fields = ("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64")
    return lambda _, said: single(*fields)(
        between.join(base64.encodebytes(f"{said}\r\n".encode() * 9).splitlines(True))
    )


def whole(change: Callable[[random.Random, bytes], bytes]) -> Maker:
    """A sound message with something done to all of it."""
    return lambda chance, said: change(chance, single()(f"{said}\r\nPlease call.\r\n".encode()))


def uuencoded(said: str) -> bytes:
    return b"begin 644 p.txt\r\n" + binascii.b2a_uu(said.encode()[:45]) + b"`\r\nend\r\n"


def boxed(said: str) -> bytes:
    return base64.encodebytes(single()(b"Inside.\r\n")).replace(b"\n", b"\r\n") + f"--b--\r\n{said}".encode()[:6]


KINDS: dict[str, Maker] = {
    "no last boundary": lambda c, said: mixed("; boundary=b", "--b", "", said, "--b", FILE),
    "cut in a file": lambda c, said: mixed("; boundary=b", "--b", "", said, "--b", FILE)[: -c.randint(2, 40)],
    "no boundary declared": lambda c, said: mixed("", "--b", "Content-Type: text/plain", "", said, "--b--", ""),
    "another boundary": lambda c, said: mixed("; boundary=a", "--b", "", said, "--b--", ""),
    "boundary in another case": lambda c, said: mixed("; boundary=B", "--b", "", said, "--b--", ""),
    "boundary that occurs nowhere": lambda c, said: mixed("; boundary=zz", said, ""),
    "boundary of dashes": lambda c, said: mixed('; boundary="----"', "------", "", said, "--------", ""),
    "inner boundary not closed": lambda c, said: mixed(
        "; boundary=b", "--b", "Content-Type: multipart/alternative; boundary=i", "", "--i", "", said, "--b", FILE, "--b--", ""
    ),
    "one boundary for two": lambda c, said: mixed(
        "; boundary=b", "--b", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", said, "--b--", "--b--", ""
    ),
    "empty parts": lambda c, said: mixed("; boundary=b", *["--b", ""] * c.randint(1, 9), "--b", "", said, "--b--", ""),
    "no subtype": lambda c, said: single("Content-Type: multipart; boundary=b")(f"--b\r\n\r\n{said}\r\n--b--".encode()),
    "alternative without words": lambda c, said: mixed(
        "; boundary=b", "--b", "", " ", "--b", "Content-Type: text/html", "", f"<p>{said}", "--b--", "", kind="alternative"
    ),
    "attached message in base64": lambda c, said: mixed(
        "; boundary=b", "--b", "", said, "--b", "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "", ""
    )
    + boxed(said),
    "type of nobody": plain("Content-Type: nonsense"),
    "empty type": plain("Content-Type:"),
    "two types": plain("Content-Type: multipart/mixed; boundary=b", "Content-Type: text/plain"),
    "text without subtype": plain("Content-Type: text/; charset=utf-8"),
    "clear words called base64": plain("Content-Transfer-Encoding: base64"),
    "clear words called quoted": plain("Content-Transfer-Encoding: quoted-printable"),
    "encoding of nobody": plain("Content-Transfer-Encoding: 7bit, please"),
    "page called plain text": lambda c, said: single("Content-Type: text/plain")(f"<html><p>{said}</p>".encode()),
    "base64 with holes": base64_with(b"\r\n\r\n \t"),
    "base64 with strange marks": base64_with(b"!?\r\n"),
    "base64 and a footer": lambda c, said: base64_with(b"")(c, said) + b"\r\n--\r\nSent to the list\r\n",
    "UTF-8 called Latin-1": labelled("iso-8859-1", "utf-8"),
    "Latin-1 called UTF-8": labelled("utf-8", "cp1252"),
    "8 bits called ASCII": labelled("us-ascii", "cp1252"),
    "charset of nobody": labelled("x-nobody", "utf-8"),
    "UTF-16 without a label": labelled('""', "utf-16"),
    "UTF-16 called UTF-8": labelled("utf-8", "utf-16"),
    "8 bits in the header": lambda c, said: single("X-Note: für")(f"{said}\r\n".encode()).replace(b"Two", b"Zw\xf6lf"),
    "encoded word cut": lambda c, said: single("X-Note: =?utf-8?q?f=C3?= =?utf-8?b?w7w")(f"{said}\r\n".encode()),
    "name cut in two": lambda c, said: mixed(
        "; boundary=b", "--b", "", said, "--b", "Content-Disposition: attachment; filename*0*=utf-8''%C3", "", "x", "--b--"
    ),
    "fields twice": lambda c, said: (HEAD + HEAD).encode() + f"\r\n{said}\r\n".encode(),
    "a line that is no field": lambda c, said: single("this is no field", "Message-ID: <1@home.example>")(said.encode()),
    "no line between": lambda c, said: (HEAD + said + "\r\n").encode(),
    "no header": lambda c, said: f"{said}\r\n".encode(),
    "broken From": lambda c, said: HEAD.replace("<jo@home.example>", "<jo@").encode() + f"\r\n{said}\r\n".encode(),
    "space before colons": lambda c, said: HEAD.replace(":", " :").encode() + f"\r\n{said}\r\n".encode(),
    "bare CR": whole(lambda c, blob: blob.replace(b"\r\n", b"\r")),
    "bare LF": whole(lambda c, blob: blob.replace(b"\r\n", b"\n")),
    "line ends mixed": whole(lambda c, blob: b"".join(line + c.choice([b"\n", b"\r\n"]) for line in blob.splitlines())),
    "CR doubled": whole(lambda c, blob: blob.replace(b"\r\n", b"\r\r\n")),
    "zero bytes": whole(lambda c, blob: blob.replace(b"\r\n", b"\0\r\n")),
    "mailbox line": whole(lambda c, blob: b">From jo@home.example Mon Jan  5 10:00:00 2026\r\n" + blob),
    "line of a megabyte": whole(lambda c, blob: blob + b"a" * 1_000_000),
    "uuencode among words": lambda c, said: single()(f"{said}\r\n\r\n".encode() + uuencoded(said)),
    "yEnc among words": lambda c, said: single()(f"{said}\r\n=ybegin line=128 size=64 name=p\r\n".encode() + c.randbytes(64)),
}  # fmt: skip


def malformed(count: int, seed: int = 1) -> Iterator[tuple[str, str, bytes]]:
    """(kind, the words that it holds, the message), kind after kind."""
    chance = random.Random(seed)
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        said = f"Complaint {number} about the {' '.join(chance.sample(WORDS, 5))}"
        yield kind, said, KINDS[kind](chance, said).replace(b"jo@", b"jo%d@" % number)


def settled(desk: Any, tx: Any, number: int, blob: bytes) -> tuple[Understood, Decision, bool]:
    """What the daemon makes of a message, and whether its bytes are kept as they came."""
    envelope = Envelope(mail_from=f"jo{number}@home.example", rcpt_to=("help@harbour.example",), peer="192.0.2.7")
    now = datetime(2026, 1, 13, tzinfo=UTC)
    raw = RawMessage(
        channel="smtp", account="smtp", source_id=str(number), envelope=envelope, blob=blob, received_at=now
    )
    inbound_id = inbound.receive(tx, raw).inbound_id
    found = understand(raw, desk.policy)
    [decision] = desk.settle(tx, {inbound_id: found}, now=now).values()
    joined = inbound_table.join(blobs, blobs.c.sha256 == inbound_table.c.blob_id)
    stored = tx.scalar(select(blobs.c.content).select_from(joined).where(inbound_table.c.id == inbound_id))
    return found, decision, stored == blob


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=2_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    became, amiss, slowest = Counter[str](), Counter[str](), 0.0
    with fresh() as url:
        engine, desk = engines(parse(url), threads=1), basics.desk(house(), SystemIds())
        with engine.write.begin() as tx:
            colleagues.know(tx, desk.policy)
        for number, (kind, said, blob) in enumerate(malformed(chosen.count, chosen.seed)):
            start = time.process_time()
            with engine.write.begin() as tx:
                found, decision, same = settled(desk, tx, number, blob)
            slowest = max(slowest, time.process_time() - start)
            became[f"{decision.verdict.value} {decision.reasons[0]}"] += 1
            seen = " ".join(found.message.text.split())
            amiss.update([f"words lost: {kind}"] * (said not in seen) + [f"bytes changed: {kind}"] * (not same))
            amiss.update([f"not understood: {kind}"] * ("unreadable" in found.message.defects))
        engine.dispose()
    for line, times in (*became.most_common(), *amiss.most_common()):
        print(f"{times:6} {line}")
    print(f"{chosen.count} of {len(KINDS)} kinds, {amiss.total()} amiss, the slowest in {slowest:.3f} s")
    return 1 if amiss or slowest > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
