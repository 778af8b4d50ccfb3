"""What histories ended in, and which messages came, kept outside the database: who rewrites a chain whole must rewrite this too.

A file that only grows. A block has a line for each case that went on since the block before, one for the messages that came, up
to a number, and ends with a head: the hash of the head before it and of those lines. So one head stands for the whole file up to
it, and is short enough to be logged or sent.

    HH-4829-1357K 5 9f86d081...
    arrivals 2031 e3b0c442...
    head 2026-01-13T11:00:00+00:00 2c26b46b...
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from sqlalchemy import bindparam, select, tuple_

from store.audit import numbered
from store.audit.fault import Fault, stream
from store.audit.numbered import Top
from store.schema import case, case_event
from store.writer import Tx

ARRIVALS = "arrivals"  # in the place of a reference
_TOGETHER = 200
_EVENTS = select(case_event.c.case_ref, case_event.c.seq, case_event.c.hash).where(
    tuple_(case_event.c.case_ref, case_event.c.seq).in_(bindparam("places", expanding=True))
)


@dataclass
class Anchors:
    """What a file says: how far each history went, which messages there were, and the heads."""

    ends: dict[str, tuple[int, str]] = field(default_factory=dict)
    arrived: list[tuple[int, str]] = field(default_factory=list)  # up to which number; the hash of those since the last
    heads: list[str] = field(default_factory=list)
    size: int = 0  # bytes up to the last head; behind it, a block was cut off by a crash
    changed: int | None = None  # the first block, from 0, whose head is not the hash of it


def ends(tx: Tx) -> dict[str, tuple[int, str]]:
    """How many events each case has, and the hash of the last one."""
    return {
        row.ref: (row.events, row.head_hash) for row in stream(tx, select(case.c.ref, case.c.events, case.c.head_hash))
    }


def read(path: Path) -> Anchors:
    """Read a file again, and see that each head is the hash of what stands above it. A file that is not there is empty."""
    found, block, size, digest = Anchors(), dict[str, tuple[int, str]](), 0, sha256()
    for line in _lines(path):
        size += len(line)
        word, _, rest = line.decode("ascii", "replace").strip().partition(" ")
        number, _, value = rest.partition(" ")
        if word != "head":
            digest.update(line)
            block[word] = (int(number) if number.isdecimal() else 0, value)
            continue
        if digest.hexdigest() != value and found.changed is None:
            found.changed = len(found.heads)
        found.heads.append(value)
        if ARRIVALS in block:
            found.arrived.append(block.pop(ARRIVALS))
        found.ends |= block
        found.size, block, digest = size, {}, sha256(value.encode())
    return found


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as file:
            yield from file


def news(tx: Tx, known: Anchors, seen: Top | None) -> dict[str, tuple[int, str]]:
    """What went on since the last block. Of messages, those up to the number that was `seen` a while ago."""
    found = {ref: end for ref, end in sorted(ends(tx).items()) if known.ends.get(ref) != end}
    last = known.arrived[-1][0] if known.arrived else 0
    if seen is not None and seen.number > last and numbered.final(tx, seen):
        found[ARRIVALS] = (seen.number, numbered.digest(tx, last, seen.number))
    return found


def add(path: Path, known: Anchors, news: Mapping[str, tuple[int, str]], *, now: datetime) -> str | None:
    """Write a block. Its head, or None where there is no news."""
    lines = [f"{ref} {number} {end}\n" for ref, (number, end) in news.items()]
    if not lines:
        return None
    block = "".join(lines).encode()
    before = known.heads[-1].encode() if known.heads else b""
    head = sha256(before + block).hexdigest()
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "wb") as out:
        out.truncate(known.size)
        out.seek(known.size)
        out.write(block + f"head {now.isoformat()} {head}\n".encode())
        out.flush()
        os.fsync(out.fileno())
    return head


def differing(tx: Tx, known: Anchors, head: str | None) -> Iterator[Fault]:
    """Where histories and messages are not what was written down about them, and where the file itself was changed.

    `head` was noted elsewhere: the file must have it still.
    """
    if head is not None and head not in known.heads:
        yield Fault(slug="anchor-missing", where=f"head:{head}")
    if known.changed is not None:
        yield Fault(slug="anchor-changed", where=f"anchor:{known.changed + 1}")
    yield from numbered.differing(tx, known.arrived)
    remaining = iter(known.ends.items())
    while some := dict(islice(remaining, _TOGETHER)):
        places = [(ref, seq) for ref, (seq, _) in some.items()]
        rows = {row.case_ref: row.hash for row in tx.execute(_EVENTS, {"places": places})}
        yield from (Fault(slug="anchor-differs", where=f"case:{ref}") for ref in some if rows.get(ref) != some[ref][1])
