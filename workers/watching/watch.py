"""One alarm for one trouble: raised once however many messages it meets, and over when all has been well for a while."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog

from workers.runner import Runner
from workers.watching.metrics import ALARM

log = structlog.get_logger()

Look = Callable[[], str]
"""A slug of what is wrong at this moment, "" when nothing is."""


class Watch(Runner):
    """Looks at everything by its name, once a second."""

    name = "watch"
    calm = 5  # good looks, one after the other, that end an alarm

    def __init__(self, looks: Mapping[str, Look]) -> None:
        super().__init__()
        self._looks = looks
        self._raised: dict[str, int] = {}  # name to the number of good looks since

    async def once(self) -> int:
        for what, look in self._looks.items():
            if why := look():
                self._raise(what, why)
            elif what in self._raised:
                self._calm_down(what)
        return 0

    @property
    def raised(self) -> frozenset[str]:
        """What is in trouble."""
        return frozenset(self._raised)

    def _raise(self, what: str, why: str) -> None:
        if what not in self._raised:
            log.error("alarm_raised", what=what, why=why)
            ALARM.labels(what=what).set(1)
        self._raised[what] = 0

    def _calm_down(self, what: str) -> None:
        self._raised[what] += 1
        if self._raised[what] >= self.calm:
            del self._raised[what]
            log.warning("alarm_over", what=what)
            ALARM.labels(what=what).set(0)
