"""Real-looking mail with damage by chance, as much as asked for: `python -m bench.mutate --count 100000`.

Deterministic by seed; other seeds are other pieces of one long run. Says how many were read, which defects they had, and how
long the slowest took of the processor's time, since machines are shared; ends with status 1 if one was not understood or took
longer than the limit of the bombs.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator

from bench import workload
from bench.hostile import LIMIT, raw
from intake.mime.defects import Defect
from intake.parse import parse

SPLINTERS = (
    b"", b"\x00", b"\r", b"\n", b"\r\n\r\n", b"--", b";", b'"', b"<", b">", b"(", b",", b"=", b"=?", b"?=", b"%", b"\xff",
    b"\x1b$B", b"*0*=", b"charset=undefined", b"charset=utf-7", b"boundary=", b"Content-Type: multipart/mixed; boundary=a\r\n",
    b"Content-Type: message/rfc822\r\n\r\n", b"Content-Transfer-Encoding: base64\r\n", b"=?utf-8?q?=3Ca=40b=3E?=", b"<div>",
)  # fmt: skip
LARGEST = 40_000  # bytes: damage to a long attachment teaches nothing


def mutated(count: int, seed: int = 1) -> Iterator[bytes]:
    """Messages with one to eight places overwritten, cut, doubled or swapped."""
    chance = random.Random(seed)
    sound = [blob for _, blob in workload.messages(400, seed) if len(blob) < LARGEST]
    for _ in range(count):
        blob = chance.choice(sound)
        for _ in range(chance.randint(1, 8)):
            blob = damaged(chance, blob)
        yield blob


def damaged(chance: random.Random, blob: bytes) -> bytes:
    """Mostly in the beginning, where the header and the structure are."""
    at = chance.randrange(min(len(blob), chance.choice([1500, len(blob)])) + 1)
    end = at + chance.choice([0, 1, 4, 60])
    splinter = chance.choice(SPLINTERS) if chance.random() < 0.7 else chance.randbytes(chance.randint(1, 8))
    return chance.choice(
        [blob[:at] + splinter + blob[end:], blob[:at] + blob[at:end] * 3 + blob[end:], blob[:at] or b"x"]
    )


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=2_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--seconds", type=float, default=3600, help="stop after so many, wherever it is")
    chosen = options.parse_args()
    seen: Counter[str] = Counter()
    slowest, end, count = 0.0, time.perf_counter() + chosen.seconds, 0
    for blob in mutated(chosen.count, chosen.seed):
        count += 1
        start = time.process_time()
        seen.update(parse(raw(blob)).defects)
        slowest = max(slowest, time.process_time() - start)
        if time.perf_counter() > end:
            break
    for slug, number in seen.most_common():
        print(f"{number:8} {slug}")
    print(f"{count} read, {seen[Defect.UNREADABLE.value]} not understood, the slowest in {slowest:.3f} s")
    return 1 if seen[Defect.UNREADABLE.value] or slowest > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
