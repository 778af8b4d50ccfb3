"""Working time: opening hours, cut-offs and public holidays in the brand's own zone, safe over changes of the clock.

Times go in and come out aware; what comes out is UTC unless it says local. Dates are local to the brand.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.util import find_spec, module_from_spec
from zoneinfo import ZoneInfo

import holidays
from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from intake.policy import Hours

# Whoever asks for one country is given all 250, for 7 MB and a tenth of a second. A package that has not run finds each alone.
if (_countries := find_spec("holidays.countries")) is not None:
    sys.modules.setdefault("holidays.countries", module_from_spec(_countries))

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ONE_DAY = timedelta(days=1)

# How a language names a moment: on the day itself, and otherwise; then the day in CLDR letters, without the year.
_PHRASES = {
    "en": ("by {time} today, {day} ({zone})", "by {time} on {day} ({zone})", "EEEE d MMMM"),
    "de": ("bis heute, {day}, {time} Uhr ({zone})", "bis {day}, {time} Uhr ({zone})", "EEEE, d. MMMM"),
    "fr": ("avant {time} aujourd’hui, {day} ({zone})", "avant le {day} à {time} ({zone})", "EEEE d MMMM"),
    "es": ("antes de las {time} de hoy, {day} ({zone})", "antes de las {time} del {day} ({zone})", "EEEE d 'de' MMMM"),
    "it": ("entro le {time} di oggi, {day} ({zone})", "entro le {time} di {day} ({zone})", "EEEE d MMMM"),
    "nl": ("uiterlijk vandaag, {day}, om {time} uur ({zone})", "uiterlijk {day} om {time} uur ({zone})", "EEEE d MMMM"),
}


class Calendar:
    """The working calendar of one brand. Raises ValueError for a zone, country, region or week that cannot be."""

    def __init__(self, hours: Hours) -> None:
        self.hours = hours
        self.zone = _zone(hours.zone)
        _holidays_in(hours.country, hours.region, 2000)  # says so where the country or its region is not known
        if not set(hours.days) & set(_DAYS) or hours.opens >= hours.closes:
            raise ValueError("a working week needs at least one day, and opening before closing")

    def local(self, at: datetime) -> datetime:
        """The same moment on the brand's own clock."""
        return at.astimezone(self.zone)

    def is_working_day(self, day: date) -> bool:
        if _DAYS[day.weekday()] not in self.hours.days or day in self.hours.closed_on:
            return False
        return day not in _holidays_in(self.hours.country, self.hours.region, day.year)

    def next_working_day(self, day: date, n: int = 1) -> date:
        """The n-th working day after this day, which itself does not count."""
        for _ in range(n):
            day += _ONE_DAY
            while not self.is_working_day(day):
                day += _ONE_DAY
        return day

    def opens_at(self, day: date) -> datetime:
        return self.at(day, self.hours.opens)

    def closes_at(self, day: date) -> datetime:
        return self.at(day, self.hours.closes)

    def add_working_time(self, at: datetime, worked: timedelta) -> datetime:
        """The moment when so much working time (more than nothing) has gone by since `at`."""
        day = self.local(at).date()
        while True:
            if self.is_working_day(day):
                begin = max(at, self.opens_at(day))
                room = max(self.closes_at(day) - begin, timedelta())
                if worked <= room:
                    return begin.astimezone(UTC) + worked
                worked -= room
            day += _ONE_DAY

    def working_time_between(self, begin: datetime, end: datetime) -> timedelta:
        """How much working time lies between two moments; none where the end comes first."""
        total = timedelta()
        day, last = self.local(begin).date(), self.local(end).date()
        while day <= last:
            if self.is_working_day(day):
                inside = min(end, self.closes_at(day)) - max(begin, self.opens_at(day))
                total += max(inside, timedelta())
            day += _ONE_DAY
        return total

    def at(self, day: date, moment: time) -> datetime:
        """A time of day by the brand's clock."""
        return datetime.combine(day, moment, tzinfo=self.zone).astimezone(UTC)


@lru_cache(maxsize=1000)  # what is decided together has one time
def promise_due(received_at: datetime, hours: Hours) -> datetime:
    """When the customer hears from us: today's close up to the cut-off of a working day, else the next working day's."""
    calendar = Calendar(hours)
    received = calendar.local(received_at)
    day = received.date()
    if not calendar.is_working_day(day) or received.time() > hours.cut_off:
        day = calendar.next_working_day(day)
    return calendar.closes_at(day)


@lru_cache(maxsize=1000)
def say_when(due_at: datetime, now: datetime, hours: Hours, locale: str = "en_GB") -> str:
    """A moment as a customer is told it: "by 17:30 on Tuesday 7 April (UK time)".

    It says "today" only where that is true by the brand's clock. A language without phrases of its own gets English.
    """
    zone = _zone(hours.zone)
    due = due_at.astimezone(zone)
    known = _known(locale)
    on_the_day, otherwise, pattern = _PHRASES[known.language]
    phrase = on_the_day if due.date() == now.astimezone(zone).date() else otherwise
    return phrase.format(time=f"{due:%H:%M}", day=say_day(due.date(), pattern, known), zone=hours.zone_name)


@lru_cache(maxsize=1000)
def say_day(day: date, pattern: str, locale: Locale | str) -> str:
    """A day in words, by a pattern of CLDR letters. Letters name the same few days all the time, so they are kept."""
    return format_date(day, pattern, locale=locale)


@lru_cache(maxsize=100)
def _known(locale: str) -> Locale:
    """The locale, if its language has phrases here; else British English."""
    try:
        found = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        found = None
    return found if found and found.language in _PHRASES else Locale("en", "GB")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error


@lru_cache(maxsize=1000)
def _holidays_in(country: str, region: str, year: int) -> frozenset[date]:
    """The public holidays of one year. Counting them out takes longer than deciding about a mail, so they are kept."""
    try:
        return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError as error:
        raise ValueError(f"no public holidays known for {country!r} {region!r}") from error
