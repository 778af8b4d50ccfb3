"""Makes a decision real: events, everything derived from them, letters, and the end of the message, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from intake.case import Case, Event, Kind
from intake.deciding.decision import Decision, Due, Hold, Verdict
from intake.letters.letter import Letter, Submission
from intake.policy import Policy
from store import cases, holds, outbox, recording
from store.errors import LostLease
from store.inserting import missing
from store.recording import Look
from store.schema import case as case_table
from store.schema import hold, inbound
from store.schema.arrivals import NEW
from store.writer import Tx

_CONTACT = select(case_table.c.contact_id).where(case_table.c.ref == bindparam("of_case")).scalar_subquery()
_DECIDED = update(inbound).where(inbound.c.id == bindparam("which"), NEW).values(contact_id=_CONTACT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What was decided, about a message or by the clock, and its letters as they will be sent."""

    inbound_id: int | None
    decision: Decision | Due
    letters: Sequence[tuple[Letter, Submission]]


def apply(
    tx: Tx, outcomes: Sequence[Outcome], *, policy: Policy, now: datetime, look: Look, seen: Sequence[Case] = ()
) -> None:
    """Do what was decided, all of it. Whatever it raises, the caller's transaction must not be committed.

    `look` says when a case must be looked at again. `seen` are cases that were read in an earlier transaction: where one has
    moved on since, Conflict is raised. RefTaken asks for another case number; LostLease says that somebody else has decided a
    message.
    """
    cases.unmoved(tx, seen)
    events: dict[str, list[Event]] = {}
    for change in [change for outcome in outcomes for change in outcome.decision.changes if change.events]:
        events.setdefault(change.ref, []).extend(change.events)
    recording.record(tx, events, policy=policy, now=now, look=look)
    for case in seen:
        if case.ref not in events:
            cases.put_back(tx, case.ref, next_look=look(case))
    for ref in [ref for ref, each in events.items() if any(map(_settles_hold, each))]:
        _release(tx, ref, now)
    outbox.queue(tx, [letter for outcome in outcomes for letter in outcome.letters], now=now)
    decided = {each.inbound_id: each.decision for each in outcomes if isinstance(each.decision, Decision)}
    _close(tx, {key: decision for key, decision in decided.items() if key is not None}, now)


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


def _close(tx: Tx, decided: Mapping[int, Decision], now: datetime) -> None:
    """The messages are dealt with, or wait for a person."""
    waits = {inbound_id: _hold(decision) for inbound_id, decision in decided.items()}
    held = [_held(inbound_id, each, decided[inbound_id], now) for inbound_id, each in waits.items() if each]
    if held:
        tx.execute(missing(tx, hold), held)
    rows = [_outcome(inbound_id, each, now, held=bool(waits[inbound_id])) for inbound_id, each in decided.items()]
    if rows and tx.execute(_DECIDED, rows).rowcount != len(rows):
        raise LostLease(", ".join(map(str, decided)))
    for said in [each.confirms for each in decided.values() if each.confirms]:
        holds.confirm(tx, said)


def _hold(decision: Decision) -> Hold | None:
    return decision.hold or (Hold(reason=decision.reasons[0]) if decision.verdict is Verdict.HOLD else None)


def _held(inbound_id: int, held: Hold, decision: Decision, now: datetime) -> dict[str, Any]:
    row = {"inbound_id": inbound_id, "reason": held.reason, "person": held.person, "held_at": now}
    row |= {"told_at": now if held.told else None}
    return row | {"case_ref": held.case_ref or decision.case_ref or ""}


def _outcome(inbound_id: int, decision: Decision, now: datetime, *, held: bool) -> dict[str, Any]:
    return {
        "which": inbound_id,
        "of_case": decision.case_ref,
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
