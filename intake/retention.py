"""How long what is kept is kept, by class, and from when it counts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum

_PERIOD = re.compile(r"([1-9][0-9]{0,3}) (day|month|year)s?")
_MONTHS = {"month": 1, "year": 12}


class Class(StrEnum):
    """What is kept. The first four are messages as they came, with what they came by; the case keeps what was done about them."""

    MAIL = "mail"  # of cases that are settled
    CHAT = "chat"  # lines of chats, of cases that are settled
    OTHERS = "others"  # what is no complaint: robots, lists, second deliveries
    HELD = "held"  # what waits for a person and belongs to no case
    COMPLAINTS = "complaints"  # settled cases, with their letters and all that came; what is left is their number


def since(period: str, now: datetime) -> datetime:
    """What is older than this has been kept for the period: "90 days", "18 months", "6 years". Raises ValueError."""
    found = _PERIOD.fullmatch(period)
    if not found:
        raise ValueError(f"{period!r} should be a number of days, months or years, such as '90 days' or '6 years'")
    number, unit = int(found[1]), found[2]
    try:
        return now - timedelta(days=number) if unit == "day" else _months_before(now, number * _MONTHS[unit])
    except (OverflowError, ValueError):
        raise ValueError(f"{period!r} is longer than there are years") from None


def _months_before(now: datetime, months: int) -> datetime:
    """The same day of an earlier month, or the last one that it has."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    first = now.replace(year=year, month=month + 1, day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return first.replace(day=min(now.day, (following - timedelta(days=1)).day))
