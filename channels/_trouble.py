"""Since when somebody else's server cannot be used: what passes within minutes is no alarm."""

from __future__ import annotations

from datetime import datetime, timedelta

from intake.ports import Clock

ALARM_AFTER = timedelta(minutes=5)


class Trouble:
    """Of one server. A visit that succeeds ends it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._why = ""
        self._since: datetime | None = None

    def begin(self, why: str) -> None:
        """It has failed, perhaps again. `why` is a slug."""
        self._why = why
        self._since = self._since or self._clock.now()

    def end(self) -> None:
        self._since = None

    def __call__(self) -> str:
        """Why it has failed for so long that somebody must look; "" when all is well, or may be soon."""
        lasting = self._since is not None and self._clock.now() - self._since >= ALARM_AFTER
        return self._why if lasting else ""
