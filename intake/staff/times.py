"""A moment as people write it in a mail: "Fri 17:00", "tomorrow noon", "22 Jan 10:30", "in 2 days".

Days are written with the day first, as in "22/1". Every word must be understood and nothing is guessed: "Friday or so" is no
time, nor is "next Friday", which two people can take for two days.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from intake.hours import Calendar

LONGEST = 80  # characters that are looked at
FILLERS = frozenset({"by", "at", "on", "before", "until", "of", "the", "this", "coming"})
NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
FURTHEST = timedelta(days=183)  # that a date without a year lies ahead; a later one was rather meant for the past

_CLOCK = (
    r"\d{1,2}(?:[:.h]\d{2})? ?[ap]\.?m\.?|\d{1,2}[:.h]\d{2}|noon|midday|eod|cob|end day|close business|closing time"
)
_WHOLE = (rf"(?P<clock>{_CLOCK})(?: (?P<day>.+))?", rf"(?P<day>.+) (?P<clock>{_CLOCK})", r"(?P<day>.+)")
_FIGURES = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))? ?([ap])?.*")
_SOON = re.compile(r"in (\w{1,5}) (minute|min|hour)s?")
_AHEAD = re.compile(r"in (\w{1,5}) (working )?(day|week)s?")
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_SLASHES = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}))?")
_DOTS = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?")
_NAMED = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)? (?P<month>[a-z]{3,9})\.?(?: (?P<year>\d{4}))?")
_NAMED_FIRST = re.compile(r"(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?")
_DATES = (_ISO, _SLASHES, _DOTS, _NAMED, _NAMED_FIRST)


def moment(text: str, *, now: datetime, calendar: Calendar) -> datetime | None:
    """The moment (UTC) that a text names by the brand's clock; None where it does not name just one. It may be past.

    Without a time of day it is closing time; without a day it is today. A weekday, or a date without a year, is the next one.
    """
    words = _plain(text)
    soon = _SOON.fullmatch(words)
    if soon:
        count = _number(soon[1])
        length = timedelta(hours=1) if soon[2] == "hour" else timedelta(minutes=1)
        return now + count * length if count else None
    for shape in _WHOLE:
        match = re.fullmatch(shape, words)
        if match:
            said = match.groupdict()
            return _moment(said["day"], said.get("clock"), now, calendar)
    return None


def _plain(text: str) -> str:
    """Lower case, single blanks, without commas and the small words that carry nothing."""
    words = text[:LONGEST].lower().replace(",", " ").strip(" .!").split()
    return " ".join(word for word in words if word not in FILLERS)


def _moment(day_words: str | None, clock_words: str | None, now: datetime, calendar: Calendar) -> datetime | None:
    today = calendar.local(now).date()
    day = _day(day_words, today, calendar) if day_words else today
    clock = _clock(clock_words, calendar) if clock_words else calendar.hours.closes
    if day is None or clock is None:
        return None
    at = _at(day, clock, calendar)
    if at and at <= now and day_words and _weekday(day_words) is not None:
        return _at(day + timedelta(days=7), clock, calendar)
    return at


def _at(day: date, clock: time, calendar: Calendar) -> datetime | None:
    """That time on that day; None for a time that a change of the clock leaves out."""
    at = calendar.at(day, clock)
    return at if calendar.local(at).time() == clock else None


def _clock(words: str, calendar: Calendar) -> time | None:
    if words in ("noon", "midday"):
        return time(12)
    figures = _FIGURES.fullmatch(words)
    if figures is None:
        return calendar.hours.closes
    hour, minute, half = int(figures[1]), int(figures[2] or 0), figures[3]
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(words: str, today: date, calendar: Calendar) -> date | None:
    if words in ("today", "tomorrow", "day after tomorrow"):
        return today + timedelta(days=("today", "tomorrow", "day after tomorrow").index(words))
    weekday = _weekday(words)
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    ahead = _AHEAD.fullmatch(words)
    if ahead:
        return _ahead(_number(ahead[1]), ahead[3], today, calendar if ahead[2] else None)
    first, _, rest = words.partition(" ")
    named = _weekday(first)
    day = _date(rest if named is not None else words, today)
    return day if day and named in (None, day.weekday()) else None


def _weekday(word: str) -> int | None:
    """The number of a day of the week: "fri", "tues", "thurs" and the whole name, Monday is 0."""
    word = {"weds": "wed"}.get(word.rstrip("."), word.rstrip("."))
    return next((at for at, name in enumerate(DAYS) if len(word) >= 3 and name.startswith(word)), None)


def _ahead(count: int, unit: str, today: date, working: Calendar | None) -> date | None:
    if not count:
        return None
    if working:
        return working.next_working_day(today, count) if unit == "day" else None
    return today + timedelta(days=count * (7 if unit == "week" else 1))


def _date(words: str, today: date) -> date | None:
    match = next((found for shape in _DATES if (found := shape.fullmatch(words))), None)
    month = _month(match["month"]) if match else 0
    if match is None or not month:
        return None
    try:
        if match["year"]:
            return date(int(match["year"]), month, int(match["day"]))
        day = date(today.year, month, int(match["day"]))
        coming = day if day >= today else day.replace(year=today.year + 1)
    except ValueError:
        return None
    return coming if coming - today <= FURTHEST else day


def _month(word: str) -> int:
    """1 to 12, from figures or a name; 0 for neither."""
    if word.isdecimal():
        return int(word)
    return next((at for at, name in enumerate(MONTHS, 1) if name.startswith(word)), 0)


def _number(word: str) -> int:
    """A small number in figures or as a word; 0 for what is none."""
    return int(word) if word.isdecimal() and word.isascii() and len(word) <= 3 else NUMBERS.get(word, 0)
