"""How many messages a second are read: ours whole, beside what the parts of the world do. `python -m bench.parse`.

Ours whole is all that is known of a mail without a database: bounds, tree, charsets, safe HTML, HTML to text, attachments;
whose words they are, and in which language; what kind of mail it is. The others only parse, and decode every part and the
headers a reader sees; fast-mail-parser decodes as it parses. Times are of the processor, since machines are shared. All are
interleaved in one run, and the figure is the median over the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import Policy, compat32, default

import fast_mail_parser

from bench import workload
from bench.hostile import raw
from intake.mime import html
from intake.parse import parse
from intake.senders.kind import kind

SHOWN = ("from", "to", "subject", "date", "message-id")


def ours(blob: bytes) -> None:
    message = parse(raw(blob))
    html.safe(message)
    kind(message)


def standard_compat32(blob: bytes) -> None:
    _standard(blob, compat32)


def standard_default(blob: bytes) -> None:
    _standard(blob, default)


def _standard(blob: bytes, policy: Policy) -> None:
    message = message_from_bytes(blob, policy=policy)
    for name in SHOWN:
        str(make_header(decode_header(str(message[name]))) if policy is compat32 else message[name])
    for part in message.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and part.get_content_maintype() == "text":
            content.decode(part.get_content_charset("utf-8"), "replace")


def fast(blob: bytes) -> None:
    fast_mail_parser.parse_email(blob)


READERS: dict[str, Callable[[bytes], None]] = {
    "ours whole": ours,
    "compat32, decoded": standard_compat32,
    "policy.default, decoded": standard_default,
    "fast-mail-parser": fast,
}


def rates(blobs: Sequence[bytes], rounds: int) -> dict[str, float]:
    """Messages a second by reader: the median of the rounds."""
    took: dict[str, list[float]] = {name: [] for name in READERS}
    for read in READERS.values():
        for blob in blobs[:40]:
            read(blob)  # what is loaded once, such as the model of languages, is not counted
    for _ in range(rounds):
        for name, read in READERS.items():
            start = time.process_time()
            for blob in blobs:
                read(blob)
            took[name].append(time.process_time() - start)
    return {name: len(blobs) / statistics.median(seconds) for name, seconds in took.items()}


def report(title: str, found: dict[str, float]) -> None:
    print(f"{title}: " + ", ".join(f"{name} {rate:,.0f}/s" for name, rate in found.items()))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=600)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    mix = list(workload.messages(chosen.count))
    for maker in workload.MAKERS:
        report(f"{maker:12}", rates([blob for one, blob in mix if one == maker], chosen.rounds))
    found = rates([blob for _, blob in mix], chosen.rounds)
    report("the mix     ", found)
    for other in ("compat32, decoded", "policy.default, decoded"):
        print(f"ours whole is {found['ours whole'] / found[other]:.2f} x {other}")
    for megabytes in (1, 5, 25):
        blob = workload.large(megabytes * 1_000_000)
        print(f"{megabytes:3} MB: {1000 / rates([blob], 3)['ours whole']:.1f} ms")


if __name__ == "__main__":
    main()
