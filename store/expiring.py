"""Deletes what has been kept for as long as it is to be, as a person is erased: by its keys, so that old backups lose it too.

What goes of a case that stays is said on it first, in a transaction of its own: a crash may leave something said that was not
done yet, and is done when it is asked for again; never something done that was not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter

from sqlalchemy import select

from intake.case import Event, Kind
from intake.policy import Policy
from intake.retention import Class
from store import cases, erasing, retention
from store.erasing import NOTHING
from store.person import NOBODY, Person
from store.retention import ERASED, Due
from store.schema import case, inbound
from store.writer import Tx

BATCH = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """Which class, what of it is old enough, and what the register is written by."""

    what: Class
    before: datetime
    policy: Policy
    now: datetime


def announce(tx: Tx, terms: Terms) -> list[Due]:
    """The next ones to go; said on their cases, where these stay."""
    some = _next(tx, terms)
    if terms.what in (Class.MAIL, Class.CHAT):
        for ref, of_case in groupby(sorted(some, key=_by_case), key=attrgetter("case_ref")):
            _say(tx, ref, {"class": terms.what.value, "inbound_ids": [each.inbound_id for each in of_case]}, terms)
    return some


def delete(tx: Tx, terms: Terms, announced: Sequence[Due]) -> int:
    """Those of them that are due still go. Returns how many these were."""
    some = [each for each in _next(tx, terms) if each in announced]
    if terms.what is Class.COMPLAINTS:
        return _cases(tx, [each.case_ref for each in some if each.case_ref], terms)
    messages = _with_copies(tx, [each.inbound_id for each in some if each.inbound_id])
    letters = erasing.letters_of(tx, (), messages)
    if not some or erasing.on_their_way(tx, letters):
        return 0
    erasing.erase(tx, replace(NOTHING, messages=messages, letters=letters), policy=terms.policy, now=terms.now)
    return len(some)


def _next(tx: Tx, terms: Terms) -> list[Due]:
    return list(islice(retention.due(tx, terms.what, before=terms.before), BATCH))


def _by_case(due: Due) -> tuple[str, int]:
    return due.case_ref or "", due.inbound_id or 0


def _say(tx: Tx, ref: str, data: dict[str, object], terms: Terms) -> None:
    """Once, also where a crash came after it."""
    said = [event.data for event in cases.history(tx, ref) if event.kind is Kind.MESSAGES_DELETED]
    if data not in said:
        event = Event(kind=Kind.MESSAGES_DELETED, at=terms.now, actor="daemon", data=data)
        erasing.note(tx, [ref], event, policy=terms.policy)


def _with_copies(tx: Tx, ids: Sequence[int]) -> tuple[int, ...]:
    """With second deliveries of the same: their bytes are one."""
    prints = select(inbound.c.fingerprint).where(inbound.c.id.in_(ids), inbound.c.fingerprint.is_not(None))
    return tuple(sorted({*ids, *tx.scalars(select(inbound.c.id).where(inbound.c.fingerprint.in_(prints)))}))


def _cases(tx: Tx, refs: Sequence[str], terms: Terms) -> int:
    """Whole cases, and with the last of them whoever they were about."""
    whole = Person(contact_id=None, name="", points=(), refs=tuple(refs), opened=frozenset(refs))
    gone = erasing.doomed(tx, whole)
    if not refs or gone.sending:
        return 0
    people = set(tx.scalars(select(case.c.contact_id).where(case.c.ref.in_(refs))))
    erasing.erase(tx, gone, policy=terms.policy, now=terms.now)
    others = select(case.c.contact_id).where(case.c.contact_id.in_(people), ~ERASED)
    for lone in people - set(tx.scalars(others)) - {None, NOBODY}:
        erasing.erase(tx, replace(NOTHING, contact_id=lone), policy=terms.policy, now=terms.now)
    return len(refs)
