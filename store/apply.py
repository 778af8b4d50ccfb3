"""Makes a decision real: events, everything derived from them, letters, and the end of the message, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from intake.case import Case, Event, Kind
from intake.decision import CaseChange, Decision, Due, Hold, Verdict
from intake.letter import Letter, Submission
from intake.policy import Policy
from store import cases, holds, outbox
from store.errors import LostLease
from store.inserting import missing
from store.schema import case as case_table
from store.schema import hold, inbound
from store.schema.arrivals import NEW
from store.writer import Tx

_CONTACT = select(case_table.c.contact_id).where(case_table.c.ref == bindparam("of_case")).scalar_subquery()
_DECIDED = update(inbound).where(inbound.c.id == bindparam("which"), NEW).values(contact_id=_CONTACT)


def apply(
    tx: Tx,
    *,
    inbound_id: int | None,
    decision: Decision | Due,
    outgoing: Sequence[tuple[Letter, Submission]],
    policy: Policy,
    now: datetime,
    next_look: Mapping[str, datetime | None],
    seen: Iterable[Case] = (),
) -> None:
    """Do what was decided. Whatever it raises, the caller's transaction must not be committed.

    `seen` names cases that were read in an earlier transaction: where one has moved on since, Conflict is raised. RefTaken asks
    for another case number; LostLease says that the message was decided by somebody else. A changed case that `next_look` does
    not name is looked at now.
    """
    counts = {case.ref: case.events for case in seen}
    for change in decision.changes:
        _change(tx, change, policy=policy, now=now, look=next_look.get(change.ref, now), seen=counts.get(change.ref))
    for ref in next_look.keys() - {change.ref for change in decision.changes if change.events}:
        cases.put_back(tx, ref, next_look=next_look[ref], seen=counts.get(ref))
    for letter, submission in outgoing:
        outbox.queue(tx, letter, submission, now=now)
    if inbound_id is not None and isinstance(decision, Decision):
        _close(tx, inbound_id, decision, now)
        if decision.confirms is not None:
            holds.confirm(tx, decision.confirms)


def _change(
    tx: Tx, change: CaseChange, *, policy: Policy, now: datetime, look: datetime | None, seen: int | None
) -> None:
    if any(event.kind is Kind.CASE_OPENED for event in change.events):
        cases.open_case(tx, change.ref, change.events, policy=policy, now=now, next_look=look)
    elif change.events:
        cases.extend(tx, change.ref, change.events, policy=policy, next_look=look, seen=seen)
    if any(map(_settles_hold, change.events)):
        _release(tx, change.ref, now)


def _settles_hold(event: Event) -> bool:
    return event.kind is Kind.CASE_RELEASED or (event.kind is Kind.CASE_MERGED and "into" in event.data)


def _release(tx: Tx, ref: str, now: datetime) -> None:
    """A person has decided about a held case: nothing of it waits any longer."""
    waiting = hold.c.case_ref == ref, hold.c.released_at.is_(None)
    settled = (
        inbound.c.state == "held",
        inbound.c.party != "staff",
    )  # those wait for somebody's word that they wrote them
    held = select(hold.c.inbound_id).where(*waiting)
    ids = list(
        tx.scalars(update(inbound).where(inbound.c.id.in_(held), *settled).values(state="done").returning(inbound.c.id))
    )
    tx.execute(update(hold).where(hold.c.inbound_id.in_(ids)).values(released_at=now))


def _close(tx: Tx, inbound_id: int, decision: Decision, now: datetime) -> None:
    held = decision.hold or (Hold(reason=decision.reasons[0]) if decision.verdict is Verdict.HOLD else None)
    if held is not None:
        row = {"inbound_id": inbound_id, "reason": held.reason, "person": held.person, "held_at": now}
        row |= {"told_at": now if held.told else None}
        tx.execute(missing(tx, hold), row | {"case_ref": held.case_ref or decision.case_ref or ""})
    outcome: dict[str, Any] = {
        "state": "held" if held else "done",
        "verdict": decision.verdict.value,
        "reasons": list(decision.reasons),
        "hits": list(decision.hits),
        "misses": list(decision.misses),
        "score": decision.score,
        "party": decision.party,
        "case_ref": decision.case_ref,
        "decided_at": now,
        "node_id": None,
    }
    if tx.execute(_DECIDED, {"which": inbound_id, "of_case": decision.case_ref, **outcome}).rowcount != 1:
        raise LostLease(inbound_id)
