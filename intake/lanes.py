"""Who goes first: what staff write is decided before what customers write meanwhile, and imported history comes last.

A hundred complaints at once must not keep back the answer to one of them. It is read off the envelope and the head, since every
message is asked, and only an address that we signed counts: nobody else can push in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from intake.message import RawMessage
from intake.policy import Key
from intake.signals import Direction
from intake.tokens import prove

STAFF = frozenset({Direction.STAFF, Direction.NOTE, Direction.CONFIRM})
HEAD = 64 * 1024  # bytes of a mail in which its header is looked for
MOST = 20  # addresses that are tried
_SIGNS = tuple(b"+%b." % direction.value.encode() for direction in STAFF)
_WORD = re.compile(rb"[^\s<>,;:\"()]+")


def by_staff(raw: RawMessage, keys: Sequence[Key]) -> bool:
    """Whether it came with a staff login, or is for an address that these keys signed for a member of staff."""
    if raw.envelope.login:
        return True
    found = (prove(address, keys) for address in islice(_addresses(raw), MOST))
    return any(token.direction in STAFF for token in found if token)


def head(raw: RawMessage) -> bytes:
    """The header of a mail as it stands, lines ended by LF alone."""
    return raw.blob[:HEAD].replace(b"\r", b"").partition(b"\n\n")[0]


def _addresses(raw: RawMessage) -> Iterator[str]:
    """Those that may be signed for staff: of the envelope, and where there is none, of the head."""
    if raw.envelope.rcpt_to:
        yield from (each for each in raw.envelope.rcpt_to if _may_be(each.encode("utf-8", "replace")))
        return
    text = head(raw)
    if _may_be(text):
        yield from (word.decode("ascii", "replace") for word in _WORD.findall(text) if _may_be(word))


def _may_be(text: bytes) -> bool:
    plain = text.lower().replace(b"%2b", b"+")
    return any(sign in plain for sign in _SIGNS)
