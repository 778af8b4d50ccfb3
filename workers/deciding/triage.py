"""Deciding what was received: takes messages up, reads them outside the transaction, settles them inside one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from intake.deciding.decision import Decision
from intake.ports import Clock, TryLater
from store import inbound
from store.database import Store
from store.errors import Conflict, LostLease, RefTaken
from store.inbound import Claimed
from workers.crew import Crew
from workers.deciding.desk import Desk
from workers.deciding.lines import Lines, Turn, kin
from workers.deciding.reading import Reader, apart, suspicious
from workers.deciding.understanding import Understood
from workers.freight import take_up
from workers.runner import Runner
from workers.watching.log import where
from workers.watching.metrics import DECIDED, FAILED, WAIT

log = structlog.get_logger()
TRIES = 5  # how often a decision is made anew because the case moved, or the database was away, meanwhile


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Messages that are read and settled together."""

    turn: Turn
    messages: list[Claimed] = field(default_factory=list)


class Triage(Runner):
    """Every kept message ends as a decision, or parked after three faults of ours.

    What is taken up together is read and settled together. What is slow to read goes its own way, and its kin after it, so that
    nothing else waits for it.
    """

    name = "triage"
    batch = 50
    in_a_rush = 8  # instead: a few statements more for each, and what comes in is kept soon
    at_once = 2  # groups: the second is begun where the first is slow
    patience = 2.0  # seconds for which what comes in is gathered instead, while the first is dealt with
    alone = 200  # messages that go their own way

    def __init__(
        self,
        store: Store,
        desk: Desk,
        clock: Clock,
        decided: Callable[[], None],
        *,
        scanned: bool = False,
        rush: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__()
        self._store = store
        self._desk = desk
        self._clock = clock
        self._decided = decided
        self._rush = rush  # mail is coming in: accepting it goes before deciding
        self._scanned = scanned  # there is a scanner: only what it has seen is decided
        self._together = Crew(self.name, most=self.at_once)
        self._alone = Crew(self.name, most=self.alone)
        self._at_hand: dict[int, int] = {}  # how many bytes each has
        self._lines = Lines()
        self._reader = Reader(desk.policy)

    async def once(self) -> int:
        await self._together.rest(self.patience)
        await self._together.room()
        limit = min(self.in_a_rush if self._rush() else self.batch, await self._alone.room())
        now = self._clock.now()
        node, at_hand = self._store.node, sorted(self._at_hand)
        room = inbound.MOST_BYTES - sum(self._at_hand.values())
        claimed = await take_up(
            self._store,
            lambda tx: inbound.claim(
                tx, node=node, now=now, limit=limit, room=room, at_hand=at_hand, scanned=self._scanned
            ),
        )
        if any(each.claims >= inbound.SUSPECT_AFTER for each in claimed):
            await self.settled()  # should it end the process again, nothing else is at hand
        for group in self._groups([each for each in claimed if each.inbound_id not in at_hand]):
            self._at_hand |= {each.inbound_id: len(each.raw.blob) for each in group.messages}
            crew = self._alone if group.turn.slow else self._together
            crew.begin(group.messages[0].inbound_id, self._in_turn(group))
        return len(claimed)

    async def settled(self) -> None:
        """Wait until everything that was taken up is decided."""
        await self._together.finish()
        await self._alone.finish()

    async def finish(self) -> None:
        await self.settled()
        await self._reader.close()

    def _groups(self, claimed: Sequence[Claimed]) -> list[Group]:
        """The ordinary ones together; each one alone that is slow to read, or comes after something slow."""
        together, alone = Group(turn=Turn(slow=False)), list[Group]()
        for each in claimed:
            keys = set() if suspicious(each) else kin(each.raw)
            group = together
            if apart(each) or self._lines.slow(keys):
                alone.append(group := Group(turn=Turn(slow=True)))
            self._lines.join(group.turn, keys)
            group.messages.append(each)
        return [group for group in (together, *alone) if group.messages]

    async def _in_turn(self, group: Group) -> None:
        try:
            if understood := await self._read([each for each in group.messages if not await self._parked(each)]):
                await group.turn.come()
                await self._settle(understood)
        except TryLater:
            pass  # the database is away: what is not at hand any more is taken up again
        finally:
            self._lines.leave(group.turn)
            for each in group.messages:
                del self._at_hand[each.inbound_id]
            if group.turn.slow:
                self.wake()  # what there was no room for may be waiting

    async def _parked(self, claimed: Claimed) -> bool:
        if claimed.claims < inbound.ENDS_THE_PROCESS:
            return False
        fault = "ends_the_process"
        await self._store.write(lambda tx: inbound.park(tx, claimed.inbound_id, fault=fault))
        self._complain(claimed.inbound_id, fault, parked=True)
        return True

    async def _read(self, messages: Sequence[Claimed]) -> dict[int, Understood]:
        found = await self._reader.read(messages)
        for inbound_id, fault in found.items():
            if isinstance(fault, Exception):
                await self._fail(inbound_id, fault)
        return {inbound_id: each for inbound_id, each in found.items() if isinstance(each, Understood)}

    async def _settle(self, batch: Mapping[int, Understood]) -> None:
        """Together; and where that fails each by itself, so that one spoils no other."""
        try:
            decided = await self._decide(batch)
        except TryLater:
            raise
        except Exception as fault:
            for inbound_id, each in batch.items() if len(batch) > 1 else ():
                await self._settle({inbound_id: each})
            if len(batch) == 1 and not isinstance(fault, LostLease):  # else somebody else has decided it
                await self._fail(next(iter(batch)), fault)
        else:
            for inbound_id, decision in decided.items():
                self._tell(inbound_id, batch[inbound_id], decision)
            self._decided()

    async def _decide(self, batch: Mapping[int, Understood]) -> dict[int, Decision]:
        for _ in range(TRIES):
            try:
                return await self._store.write_long(partial(self._desk.settle, batch=batch, now=self._clock.now()))
            except LostLease:
                raise
            except (Conflict, RefTaken):
                continue
            except TryLater:
                await self._clock.sleep(self.pause_seconds)
        raise TryLater

    async def _fail(self, inbound_id: int, error: Exception) -> None:
        now, fault = self._clock.now(), where(error)
        parked = await self._store.write(lambda tx: inbound.fail(tx, inbound_id, now=now, fault=fault))
        self._complain(inbound_id, fault, parked=parked)

    def _complain(self, inbound_id: int, fault: str, *, parked: bool) -> None:
        FAILED.labels(parked=str(parked).lower()).inc()
        log.error("message_parked" if parked else "triage_fault", inbound_id=inbound_id, fault=fault)

    def _tell(self, inbound_id: int, understood: Understood, decision: Decision) -> None:
        DECIDED.labels(verdict=decision.verdict.value, rule=decision.reasons[0]).inc()
        WAIT.observe(max(0.0, (self._clock.now() - understood.raw.received_at).total_seconds()))
        log.info(
            "message_decided",
            inbound_id=inbound_id,
            verdict=decision.verdict.value,
            reasons=list(decision.reasons),
            case=decision.case_ref,
            letters=[letter.kind.value for letter in decision.letters],
        )
