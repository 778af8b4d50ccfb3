"""The `#commands` that staff put on the first lines of a mail: reading them, forgivingly.

Only the top of what was newly written counts; a `#` further down is text. Customers' words never come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches

from intake.hours import Calendar

COMMANDS = ("note", "pass", "promise", "complex", "resolve", "followup", "idea", "reopen", "status", "join", "open")
ALSO = {
    "resolved": "resolve",
    "follow-up": "followup",
    "followed": "followup",
    "ideas": "idea",
    "notes": "note",
    "internal": "note",
    "reopened": "reopen",
    "passed": "pass",
    "promised": "promise",
}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LINE = re.compile(r"^\s{0,3}#([A-Za-z][A-Za-z-]{1,20})[:,]?(?:[ \t]+(.{0,1000}))?$")
TIME = re.compile(r"\b(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?\b", re.IGNORECASE)


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
    body: str

    def get(self, name: str) -> Command | None:
        return next((c for c in self.commands if c.name == name), None)


def read(text: str) -> Instructions:
    """Command lines at the top, blank lines between them allowed; the first other line begins the text."""
    commands: list[Command] = []
    unknown: list[Unknown] = []
    lines = text.splitlines()
    start = 0
    for number, line in enumerate(lines):
        match = LINE.match(line)
        if match is None:
            if line.strip():
                break
            continue
        start = number + 1
        word = match[1].lower()
        name = ALSO.get(word, word)
        if name in COMMANDS:
            commands.append(Command(name=name, rest=(match[2] or "").strip()))
        else:
            unknown.append(Unknown(word=match[1], near=next(iter(get_close_matches(word, (*COMMANDS, *ALSO), 1)), "")))
    return Instructions(commands=tuple(commands), unknown=tuple(unknown), body="\n".join(lines[start:]).strip())


def when(text: str, *, now: datetime, calendar: Calendar) -> datetime | None:
    """A time as staff write it: "today", "tomorrow 12:00", "Fri 17:00", "2026-01-22 10:30", "5pm". None if it is not one.

    Without a time of day it is closing time; without a day it is today. The result is never in the past.
    """
    words = text.strip().lower()
    day = _day(words, calendar.local(now).date())
    if day is None:
        return None
    rest = re.sub(r"\d{4}-\d{2}-\d{2}", " ", words)
    clock = TIME.search(rest)
    if clock is None:
        at = calendar.closes_at(day)
    else:
        hour = int(clock[1]) % 12 + 12 if clock[3] == "pm" else int(clock[1])
        minute = int(clock[2] or 0)
        if hour > 23 or minute > 59:
            return None
        at = calendar.at(day, time(hour, minute))
    return at if at > now else None


def _day(words: str, today: date) -> date | None:
    iso = re.search(r"\b(\d{4})-(\d{2})-(\d{2})\b", words)
    if iso:
        try:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        except ValueError:
            return None
    if "tomorrow" in words:
        return today + timedelta(days=1)
    named = _weekday(words.split())
    if named is not None:
        return today + timedelta(days=(named - today.weekday()) % 7)
    return today if "today" in words or TIME.search(words) else None


def _weekday(words: Iterable[str]) -> int | None:
    found = (DAYS.index(word[:3]) for word in words if word[:3] in DAYS and word.isalpha())
    return next(found, None)
