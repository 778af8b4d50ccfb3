"""The `#commands` that staff put on the first lines of a mail: reading them, forgivingly.

Only the top of what was newly written counts. A command further down is not done, and is not taken for text either: whoever
wrote it meant something by it, so that the mail is refused. Customers' words never come here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

COMMANDS = (
    *("note", "reply", "pass", "promise", "complex", "resolve"),
    *("followup", "idea", "reopen", "status", "join", "open"),
)
ALSO = {
    "notes": "note",
    "internal": "note",
    "replied": "reply",
    "passed": "pass",
    "promised": "promise",
    "resolved": "resolve",
    "follow-up": "followup",
    "followed": "followup",
    "followed-up": "followup",
    "ideas": "idea",
    "reopened": "reopen",
    "re-open": "reopen",
    "joined": "join",
    "opened": "open",
}
MEANT = {  # words for the same that are not taken on trust, but answered with the right one
    "answer": "reply",
    "send": "reply",
    "update": "reply",
    "private": "note",
    "assign": "pass",
    "transfer": "pass",
    "close": "resolve",
    "closed": "resolve",
    "done": "resolve",
    "fixed": "resolve",
    "solved": "resolve",
    "called": "followup",
    "call": "followup",
    "voicemail": "followup",
    "suggestion": "idea",
    "history": "status",
    "merge": "join",
    "release": "open",
}
AROUND = " \t\u00a0\u200b\ufeff"
EMPHASIS = "*_"  # how plain text shows what was typed in bold or italics
LONGEST = 1000  # characters of a command's line

_HEAD = re.compile(r"#(\s*)([A-Za-z][A-Za-z-]{1,20})(?![A-Za-z0-9-])[*_:;,.]*(.*)", re.DOTALL)
_NEXT = re.compile(r"\s+(?=#[A-Za-z])")
_HASHED = re.compile(r"[\s*_]{0,10}[#\uff03][A-Za-z]")
_TWO_WORDS = re.compile(r"#(\s*)follow(?:ed)? up\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One command as written: its name and the rest of its line."""

    name: str
    rest: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """A word after # that is no command, and the one that was perhaps meant ("" when none is near)."""

    word: str
    near: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Instructions:
    """What a member of staff wrote: commands, then text."""

    commands: tuple[Command, ...]
    unknown: tuple[Unknown, ...]
    late: str  # the first command that stands below text, "" for none
    body: str

    def get(self, name: str) -> Command | None:
        return next((c for c in self.commands if c.name == name), None)

    @property
    def twice(self) -> str:
        """A command that was given more than once, "" for none."""
        names = [c.name for c in self.commands]
        return next((name for name in names if names.count(name) > 1), "")


def read(text: str) -> Instructions:
    """Command lines at the top, blank lines between them allowed; the first other line begins the text."""
    lines = text.splitlines()
    found: list[Command | Unknown] = []
    start = 0
    for number, line in enumerate(lines):
        said = list(_line(line))
        if not said and line.strip(AROUND):
            break
        if said:
            found += said
            start = number + 1
    return Instructions(
        commands=tuple(c for c in found if isinstance(c, Command)),
        unknown=tuple(u for u in found if isinstance(u, Unknown)),
        late=_late(lines[start:]),
        body="\n".join(lines[start:]).strip(),
    )


def _line(line: str) -> Iterator[Command | Unknown]:
    """The commands of one line, of which there may be several; none where it is text."""
    plain = unicodedata.normalize("NFKC", line[:LONGEST]).strip(AROUND).lstrip(EMPHASIS)
    if not plain.startswith("#"):
        return
    first, *more = _NEXT.split(_TWO_WORDS.sub(r"#\1followup", plain))
    head = _head(first)
    if head is None:
        return
    for piece in more:
        another = _head(piece)
        if isinstance(another, Command):
            yield head
            head = another
        elif isinstance(head, Command):
            head = Command(name=head.name, rest=f"{head.rest} {piece}".strip())
    yield head


def _head(piece: str) -> Command | Unknown | None:
    """A command with what follows it. After "# " only a word that we know is one: there it may be a heading."""
    match = _HEAD.fullmatch(piece)
    if match is None:
        return None
    word = match[2].lower().rstrip("-")
    name = ALSO.get(word, word)
    if name in COMMANDS:
        return Command(name=name, rest=match[3].strip(AROUND + EMPHASIS).lstrip("-–—: "))
    return None if match[1] else Unknown(word=match[2], near=_near(word))


def _near(word: str) -> str:
    near = get_close_matches(word, (*COMMANDS, *ALSO), 1)
    return MEANT.get(word) or next((ALSO.get(each, each) for each in near), "")


def _late(lines: Iterable[str]) -> str:
    """The name of the first command on a line of its own below the text, "" for none."""
    said = (command for line in lines if _HASHED.match(line) for command in _line(line))
    return next((c.name for c in said if isinstance(c, Command)), "")
