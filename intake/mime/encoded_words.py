"""RFC 2047 encoded words in header values, as they are written in practice.

Read as well: words glued to text, characters and base64 quanta split over two words, spaces inside a word, a missing end,
RFC 2231 language suffixes. One pass, linear.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from intake.mime import charset, transfer
from intake.mime.defects import Defect

_WORD_END = re.compile(r"\s|\?$")
_WHOLE = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?([^?]*)\?=")  # one word, as most are
_START = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?")


@dataclass(frozen=True, slots=True)
class _Word:
    """One encoded word, or, where `label` is None, the plain text between two."""

    label: str | None
    kind: str
    text: str


def decode(value: str) -> tuple[str, tuple[Defect, ...]]:
    """The value with all encoded words decoded, and what had to be guessed."""
    if "=?" not in value:
        return value, ()
    out: list[str] = []
    defects: list[Defect] = []
    whole = _WHOLE.fullmatch(value)
    for run in [[_word(whole)]] if whole else _runs(_words(value)):
        if run[0].label is None:
            out.append(run[0].text)
            continue
        text, more = _decode_run(run)
        out.append(text)
        defects += more
    return "".join(out), tuple(defects)


def _words(value: str) -> list[_Word]:
    """The value cut into words and text. White space between two encoded words is not part of the text."""
    found: list[_Word] = []
    at, last_end = 0, len(value) if "?=" not in value else -1
    starts = list(_START.finditer(value))
    for number, start in enumerate(starts):
        if start.start() < at:
            continue
        gap = value[at : start.start()]
        if gap and not (gap.isspace() and found and found[-1].label is not None):
            found.append(_Word(None, "", gap))
        limit = starts[number + 1].start() if number + 1 < len(starts) else len(value)
        end = -1 if last_end >= 0 else value.find("?=", start.end(), limit)
        text, at = (value[start.end() : end], end + 2) if end >= 0 else _unended(value, start.end(), limit)
        found.append(_Word(start[1].split("*")[0].lower(), start[2].lower(), text))
    if at < len(value):
        found.append(_Word(None, "", value[at:]))
    return found


def _word(match: re.Match[str]) -> _Word:
    """RFC 2231 lets a language stand behind the charset."""
    return _Word(match[1].partition("*")[0].lower(), match[2].lower(), match[3])


def _unended(value: str, begin: int, limit: int) -> tuple[str, int]:
    """A word without its end reaches to the next white space."""
    match = _WORD_END.search(value, begin, limit)
    end = match.start() if match else limit
    return value[begin:end].rstrip("?"), end


def _runs(words: list[_Word]) -> list[list[_Word]]:
    """Neighbours with the same charset together: a character may be split over them."""
    runs: list[list[_Word]] = []
    for word in words:
        if runs and word.label is not None and runs[-1][0].label == word.label:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _decode_run(run: list[_Word]) -> tuple[str, tuple[Defect, ...]]:
    data, broken = bytearray(), False
    pending = ""
    for word, following in zip(run, [*run[1:], None], strict=True):
        if word.kind == "q":
            data += _q(word.text)
            continue
        pending += word.text
        if following is not None and following.kind == "b" and _splits_quantum(pending):
            continue
        piece, repaired = transfer.decode(_bytes(pending), "base64")
        data += piece
        broken, pending = broken or repaired, ""
    text, defects = charset.decode(bytes(data), run[0].label or "")
    return text, (*defects, Defect.ENCODED_WORD_BROKEN) if broken else defects


def _splits_quantum(text: str) -> bool:
    return len(text) % 4 != 0 and not text.endswith("=")


def _q(text: str) -> bytes:
    return binascii.a2b_qp(_bytes(text.replace(" ", "_")), header=True)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
