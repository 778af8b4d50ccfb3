"""Making, keeping and timing promises.

A promise of kind "news" was told to the customer: they hear from us by then. A "target" was not (nobody may be written to, or
nobody was yet): staff are reminded of it all the same, and no letter ever claims that it was promised.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from intake.case import Case, Echo, Event, Kind, Promise, PromiseState, Status, stamp, when
from intake.hours import Calendar, promise_due
from intake.policy import Brand, Hours

SETTLED = (Status.MERGED, Status.RESOLVED)  # nothing is owed on the case


def made(
    case: Case | None, kind: str, due_at: datetime, *, now: datetime, actor: str = "daemon", offset: int = 0
) -> Event:
    """The event of a new promise. `offset` numbers it when several are made at once."""
    number = (len(case.promises) if case else 0) + 1 + offset
    return Event(
        kind=Kind.PROMISE_MADE, at=now, actor=actor, data={"id": f"p{number}", "kind": kind, "due_at": stamp(due_at)}
    )


def promise_of(event: Event) -> Promise:
    """The promise that a `promise_made` event makes, for the letter that tells it."""
    d = event.data
    return Promise(id=d["id"], kind=d["kind"], made_at=event.at, due_at=when(d["due_at"]), made_by=event.actor)


def kept(case: Case, *, now: datetime, actor: str, kinds: Container[str] = ("news", "target")) -> list[Event]:
    """The customer has heard from a person, or wants no more: what was promised or aimed at is done."""
    done = (p for p in case.open_promises if p.kind in kinds)
    return [Event(kind=Kind.PROMISE_KEPT, at=now, actor=actor, data={"id": p.id}) for p in done]


def told(case: Case, now: datetime) -> Promise | None:
    """The next promise that the customer knows of and that still lies ahead: what a letter may say again."""
    ahead = [p for p in case.open_promises if p.kind == "news" and p.due_at > now]
    return min(ahead, key=lambda promise: promise.due_at, default=None)


def watched(case: Case) -> tuple[Promise, ...]:
    """The open promises that time is measured by: those that the customer knows of, else our own targets."""
    known = tuple(p for p in case.open_promises if p.kind == "news")
    return known or case.open_promises


def renewable(case: Case) -> bool:
    """Whether a broken promise is renewed: once by machine, for somebody who waits in silence. A second new date would be
    worth nothing, and who writes back is answered by a person.
    """
    return case.echo is not Echo.PERSON and not any(_broken_since(case, promise) for promise in case.promises)


def _broken_since(case: Case, promise: Promise) -> bool:
    """The customer knew of it, and no person has written to them since it was made."""
    since = case.answered_last_at is None or promise.made_at >= case.answered_last_at
    return promise.kind == "news" and promise.state is PromiseState.BROKEN and since


def renewal(now: datetime, brand: Brand) -> datetime:
    """The honest new date after a promise that could not be kept: early on the next working day."""
    calendar = Calendar(brand.hours)
    tomorrow = calendar.next_working_day(calendar.local(now).date())
    return calendar.add_working_time(calendar.opens_at(tomorrow), timedelta(hours=brand.promises.renew_working_hours))


def next_update(case: Case, *, now: datetime, brand: Brand, offset: int = 0) -> list[Event]:
    """An investigation goes on after its first news: staff aim at more by the end of the next working day."""
    if case.status is not Status.INVESTIGATING or case.open_promises:
        return []
    calendar = Calendar(brand.hours)
    due_at = calendar.closes_at(calendar.next_working_day(calendar.local(now).date()))
    return [made(case, "target", due_at, now=now, offset=offset)]


def nudge_times(promise: Promise, brand: Brand) -> Iterator[tuple[int, datetime]]:
    """(percent, when) of each reminder still to come: shares of the working time between making and due."""
    for percent in brand.promises.nudge_at:
        if percent > promise.nudged:
            yield percent, _share(promise.made_at, promise.due_at, percent, brand.hours)


@lru_cache(maxsize=1000)  # promises that are made together are due together
def _share(begin: datetime, end: datetime, percent: int, hours: Hours) -> datetime:
    """When so much of the working time between two moments has gone by."""
    calendar = Calendar(hours)
    return calendar.add_working_time(begin, calendar.working_time_between(begin, end) * percent / 100)


def last_moment(promise: Promise, brand: Brand) -> datetime:
    """When the honest letter must go out, so that it comes before the promised time has passed. Half of it is always left."""
    quiet = timedelta(minutes=brand.promises.quiet_minutes)
    return promise.due_at - min(quiet, (promise.due_at - promise.made_at) / 2)


def next_look(case: Case, brand: Brand) -> datetime | None:
    """When the case must be looked at again even if nothing happens; None where nothing is due."""
    if case.status in SETTLED:
        return None
    times = [last_moment(p, brand) for p in watched(case)]
    times += [at for p in watched(case) for _, at in nudge_times(p, brand)]
    if case.status is Status.FOLLOW_UP and case.follow_up_due_at and case.follow_up_sent_at is None:
        times.append(case.follow_up_due_at)
    return min(times, default=None)


def follow_up_due(case: Case, resolver: str, *, now: datetime, brand: Brand, waits_for: Promise | None) -> datetime:
    """When the follow-up is owed: as the procedure wants it, and in time for the promise that the customer still waits for."""
    at = _by_procedure(case, resolver, now, brand)
    return min(at, last_moment(waits_for, brand)) if waits_for else at


def _by_procedure(case: Case, resolver: str, now: datetime, brand: Brand) -> datetime:
    """The same day when another team resolved it, else so many hours later, in opening hours."""
    calendar = Calendar(brand.hours)
    soon, today = promise_due(now, brand.hours), calendar.local(now).date()
    if resolver != case.owner and calendar.local(soon).date() == today:
        return soon - timedelta(minutes=30)
    at = now + timedelta(hours=brand.promises.follow_up_hours)
    day = calendar.local(at).date()
    if not calendar.is_working_day(day):
        return calendar.opens_at(calendar.next_working_day(day))
    return min(max(at, calendar.opens_at(day)), calendar.closes_at(day))
