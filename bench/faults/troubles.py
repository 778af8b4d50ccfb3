"""A siege that kills nobody: it brings troubles over the daemon, one after the other, and takes each away again after a while."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from time import monotonic

from bench.faults.siege import START_SECONDS, Siege
from bench.faults.verdict import Finding, Verdict, judge

RESUME_SECONDS = 10.0
A_TIME = 40  # complaints


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """What befalls the daemon, for the length of a block."""

    name: str
    brought: Callable[[], AbstractContextManager[object]]
    seconds: float
    alarms: frozenset[str]  # what an alarm may be raised for meanwhile


@dataclass
class Troubled(Siege):
    """`plan.kills` counts the troubles."""

    troubles: Sequence[Trouble] = ()
    resumed: dict[str, float] = field(
        default_factory=dict
    )  # seconds from the cure to the first acceptance, the longest
    deaths: list[str] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)  # alarms that were raised for nothing, or twice

    async def _attack(self) -> None:
        self._begin()
        self._release(A_TIME)
        await asyncio.wait_for(self._answering.wait(), START_SECONDS)
        for number in range(self.plan.kills):
            await self._suffer(self.troubles[number % len(self.troubles)], number + 2)

    async def _suffer(self, trouble: Trouble, number: int) -> None:
        before = len(self._alarms())
        brought = trouble.brought()
        await asyncio.to_thread(brought.__enter__)
        self._release(A_TIME * number)
        await asyncio.sleep(trouble.seconds)
        self._answering.clear()
        self.deaths += [trouble.name] * (not self.daemon.alive)
        await asyncio.to_thread(brought.__exit__, None, None, None)
        cured = monotonic()
        await asyncio.wait_for(self._answering.wait(), 6 * RESUME_SECONDS)
        self.resumed[trouble.name] = max(monotonic() - cured, self.resumed.get(trouble.name, 0.0))
        raised = self._alarms()[before:]
        if len(set(raised)) < len(raised) or not trouble.alarms.issuperset(raised):
            self.noise.append(f"{trouble.name}: {', '.join(raised)}")

    def _alarms(self) -> list[str]:
        """What alarms were raised for, in order."""
        lines = [json.loads(line) for line in self.daemon.log().splitlines() if line.startswith("{")]
        return [line["what"] for line in lines if line["event"] == "alarm_raised"]

    async def verdict(self) -> Verdict:
        """Attack, let it come to rest, and judge what is left."""
        found = await asyncio.to_thread(judge, self, await self.run())
        slow = tuple(f"{name} {taken:.1f}" for name, taken in self.resumed.items() if taken > RESUME_SECONDS)
        unseen = () if self.journal.put_off else ("no message was put off",)
        silent = () if self._alarms() else ("no alarm was raised",)
        findings = (
            *found.findings,
            Finding(promise="trouble puts mail off", broken=unseen),
            Finding(promise="the daemon lives through it", broken=tuple(self.deaths)),
            Finding(promise="one trouble is one alarm", broken=(*self.noise, *silent)),
            Finding(promise=f"it resumes within {RESUME_SECONDS:.0f} s of the cure", broken=slow),
        )
        times = {f"s from the cure to the first 250: {name}": f"{taken:.2f}" for name, taken in self.resumed.items()}
        figures = {"troubles": self.plan.kills} | found.figures | {"kills": 0} | times
        return replace(found, findings=findings, figures=figures)
