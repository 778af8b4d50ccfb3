"""The Date header as an instant (RFC 5322 section 3.3, and what clocks and programs make of it)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz


def parse(value: str) -> datetime | None:
    """Aware, in the sender's offset (UTC where none is stated), or None. `value` is cut before it is looked at."""
    try:
        fields = parsedate_tz(value[:100])
        if fields is None:
            return None
        offset = timezone(timedelta(seconds=fields[9])) if fields[9] else UTC
        return datetime(*fields[:6], tzinfo=offset)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
