"""What time alone makes of a case: reminders, honest letters about promises that cannot be kept, and the follow-up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from intake.case import Case, Echo, Event, Kind, Promise, Status, stamp
from intake.deciding import promising
from intake.deciding.decision import CaseChange, Due
from intake.history import fold
from intake.hours import promise_due
from intake.letters.kinds import Letters
from intake.letters.letter import Letter
from intake.letters.values import Told
from intake.policy import Brand, Person, Policy


def due(
    case: Case, policy: Policy, letters: Letters, *, now: datetime, written: int = 0, others: Iterable[Case] = ()
) -> Due:
    """Everything that is due on a case at `now`, and when to look again.

    `written` is how many automatic letters its customer was sent in the last day, `others` are what other cases they have:
    who may be a machine on one of them may be one on all.
    """
    machine = any(each.echo is Echo.MACHINE for each in (case, *others))
    look = _Look(case=case, policy=policy, letters=letters, now=now, written=written, machine=machine)
    if case.status not in promising.SETTLED:
        look = look.followed_up()
        for promise in promising.watched(look.case):
            late = now >= promising.last_moment(promise, look.brand)
            look = look.broken(promise) if late else look.nudged(promise)
    changes = (CaseChange(ref=case.ref, events=look.events),) if look.events else ()
    return Due(changes=changes, letters=look.out, next_look=promising.next_look(look.case, look.brand))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    """A look at one case: what it has become so far, and what is to be written."""

    case: Case
    policy: Policy
    letters: Letters
    now: datetime
    written: int
    machine: bool  # may be answering us
    events: tuple[Event, ...] = ()
    out: tuple[Letter, ...] = ()

    @property
    def brand(self) -> Brand:
        return self.policy.brand(self.case.brand)

    @property
    def may_write(self) -> bool:
        """Nobody gets more automatic letters a day than the brand allows, however many cases they have."""
        return self.written < self.brand.acknowledgement.per_sender_24h

    def then(self, *events: Event) -> _Look:
        return replace(self, case=fold(self.case, events), events=(*self.events, *events))

    def write(self, *letters: Letter) -> _Look:
        return replace(self, out=(*self.out, *letters))

    def broken(self, promise: Promise) -> _Look:
        """It cannot be kept any more. The customer is told so before its time has passed, and leaders are.

        A new time that the customer does not read of is a target of our own.
        """
        told = self._told(promise)
        early = promising.renewal(self.now, self.brand)
        due_at = early if told == "dated" else promise_due(early, self.brand.hours)
        renewed = promising.made(self.case, "news" if told == "dated" else "target", due_at, now=self.now)
        look = self.then(self._event(Kind.PROMISE_BROKEN, id=promise.id, told=bool(told)), renewed)
        if told:
            new, cause = promising.promise_of(renewed) if told == "dated" else None, f"promise:{promise.id}"
            letter = self.letters.promise_broken(look.case, cause=cause, now=self.now, broken=promise, new=new)
            look = look.write(letter)
        cause = f"promise:{promise.id}:broken"
        return look.write(*(self._reminder(person, promise, cause, 100, told=told) for person in self._leaders()))

    def _told(self, promise: Promise) -> Told:
        """What the customer hears of a promise that is broken: nothing where a machine may be answering us."""
        if promise.kind != "news" or not self.may_write or self.machine:
            return ""
        return "dated" if promising.renewable(self.case) else "last"

    def nudged(self, promise: Promise) -> _Look:
        """One reminder for the highest share of the time that has gone."""
        reached = [percent for percent, at in promising.nudge_times(promise, self.brand) if self.now >= at]
        if not reached:
            return self
        percent = max(reached)
        person, cause = self._leaders()[0], f"promise:{promise.id}:{percent}"
        look = self.then(self._event(Kind.HANDLER_NUDGED, id=promise.id, percent=percent))
        return look.write(self._reminder(person, promise, cause, percent))

    def followed_up(self) -> _Look:
        """The owner has not reached the customer by phone: they are asked by mail, if they ever heard from us that way."""
        case, due_at = self.case, self.case.follow_up_due_at
        waiting = case.status is Status.FOLLOW_UP and case.follow_up_sent_at is None
        if not waiting or due_at is None or self.now < due_at:
            return self
        reachable = case.route.address and (case.acknowledged_at or case.replies)
        if not reachable or not self.may_write:
            return self._asked_again()
        look = self.then(self._event(Kind.FOLLOW_UP_SENT), *self._news())
        return look.write(self.letters.follow_up(look.case, cause=f"follow-up:{stamp(due_at)}", now=self.now))

    def _news(self) -> list[Event]:
        """That it is resolved is the news which was promised until then. What a person promised since is still owed."""
        until = self.case.resolved_at or self.now
        known = (p for p in self.case.open_promises if p.made_at <= until)
        return [self._event(Kind.PROMISE_KEPT, id=promise.id) for promise in known]

    def _asked_again(self) -> _Look:
        """No mail may go to this customer now, so only a person can follow up: the owner is asked again, every working day."""
        due_at = promise_due(promising.renewal(self.now, self.brand), self.brand.hours)
        look = self.then(self._event(Kind.FOLLOW_UP_DUE, due_at=stamp(due_at)))
        owner = self.policy.person(self.case.owner) or self._leaders()[0]
        cause = f"follow-up:{stamp(due_at)}"
        return look.write(self.letters.follow_up_task(look.case, owner, cause=cause, now=self.now, due_at=due_at))

    def _event(self, kind: Kind, **data: object) -> Event:
        return Event(kind=kind, at=self.now, actor="daemon", data=data)

    def _reminder(self, person: Person, promise: Promise, cause: str, percent: int, *, told: Told = "") -> Letter:
        return self.letters.nudge(
            self.case, person, cause=cause, now=self.now, promise=promise, percent=percent, told=told
        )

    def _leaders(self) -> list[Person]:
        """The handler first. Where all of them have left the company, whoever is named first in it: never nobody."""
        wanted = dict.fromkeys((self.case.handler, self.case.owner, *self.brand.seniors))
        return [p for p in map(self.policy.person, wanted) if p is not None] or [self.policy.people[0]]
