"""When a letter that was deferred is tried again: growing waits, and an end (RFC 5321 section 4.5.4.1)."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=5)  # of waiting, before jitter
JITTER = 0.25  # the share of a wait that chance may take off, so that letters deferred together do not return together


def next_attempt(attempts: int, *, now: datetime, jitter: float) -> datetime | None:
    """When to try again after so many attempts, 1 or more; None when it is time to give up. 0 <= jitter < 1."""
    waited = sum(map(_wait, range(1, attempts)), timedelta())
    wait = _wait(attempts)
    return None if waited + wait > GIVE_UP_AFTER else now + wait * (1 - JITTER * jitter)


def _wait(attempt: int) -> timedelta:
    doublings = min(attempt - 1, 10)  # ten are beyond the longest wait already
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
