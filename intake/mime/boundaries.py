"""The lines that part a multipart (RFC 2046 section 5.1.1): looked for once, then told apart by what is open.

A line belongs to the innermost multipart whose boundary it is, so that "--a--" can begin a part of "a--" and end those of "a".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

MAX_LINES = 50_000  # lines that begin with two dashes; what follows more is not parted
_LONGEST = 300  # bytes of such a line
_STRETCH = 4096  # bytes that are searched at once

_EMPTY_LINE = re.compile(rb"\r?\n")
_FIELD = re.compile(rb"content-[a-z-]{2,30}[ \t]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Delimiter:
    """A line that ends a part: where it begins and ends, whose it is, and whether it is that one's last."""

    start: int
    end: int
    level: int  # index among the open boundaries
    last: bool


@dataclass(slots=True)
class Boundaries:
    """The lines of a message that may be boundaries. Where the reading stands only moves on."""

    blob: bytes
    lines: list[tuple[int, int, bytes]]  # start, end with the line break, the words behind the dashes
    shut: frozenset[bytes]  # the words of which there is a last line, with two dashes behind them
    passed: int = 0

    @classmethod
    def of(cls, blob: bytes) -> Boundaries:
        """All such lines of a message, in order."""
        lines: list[tuple[int, int, bytes]] = []
        at = 0
        # Looking for one dash is far quicker than for three bytes, and encoded files have none.
        while (dash := blob.find(b"-", at)) >= 0 and len(lines) < MAX_LINES:
            start = blob.find(b"\n--", max(dash - 1, 0), dash + _STRETCH)
            if start < 0:
                at = dash + _STRETCH - 2
                continue
            at = blob.find(b"\n", start + 1)
            at = len(blob) if at < 0 else at
            if at - start <= _LONGEST:
                lines.append((start + 1, at + 1, blob[start + 3 : at].rstrip(b" \t\r")))
        shut = frozenset(words[:-2] for _, _, words in lines if words.endswith(b"--"))
        return cls(blob=blob, lines=lines, shut=shut)

    def next(self, at: int, open_: Sequence[bytes]) -> Delimiter | None:
        """The first delimiter of any open multipart from `at` on; outermost first in `open_`."""
        if not open_:
            return None
        while self.passed < len(self.lines) and self.lines[self.passed][0] < at:
            self.passed += 1
        for start, end, words in islice(self.lines, self.passed, None):
            for level in range(len(open_) - 1, -1, -1):
                if words.startswith(open_[level]) and words[len(open_[level]) :] in (b"", b"--"):
                    return Delimiter(start, end, level, len(words) > len(open_[level]))
        return None

    def guess(self, at: int, limit: int) -> bytes:
        """The boundary of a multipart that declares another one, or none: the first that plainly is one.

        It stands above a part's header; or above the empty line of a part without, and a last line goes with it.
        """
        for start, end, words in islice(self.lines, self.passed, None):
            if start >= limit:
                break
            headed = _FIELD.match(self.blob, end) or (words in self.shut and _EMPTY_LINE.match(self.blob, end))
            if start >= at and words and headed:
                return words
        return b""
