"""How often somebody may do something."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from math import ceil

from intake.ports import Clock

KEYS = 10_000  # remembered at once; the one unseen for longest is forgotten first


class Limiter:
    """At most so many times within a window, for each key. One process counts for itself."""

    def __init__(self, clock: Clock, *, times: int, window: timedelta) -> None:
        self._clock, self._times, self._window = clock, times, window
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait(self, key: str) -> int:
        """0 when it may be done, which is then counted; else the seconds until it may."""
        now = self._clock.now()
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        if len(self._seen) > KEYS:
            self._seen.popitem(last=False)
        while times and times[0] <= now - self._window:
            times.popleft()
        if len(times) >= self._times:
            return max(1, ceil((times[0] + self._window - now).total_seconds()))
        times.append(now)
        return 0
