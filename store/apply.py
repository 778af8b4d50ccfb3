"""Makes a decision real: events, everything derived from them, letters, and the end of the message, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
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
    sender: str = ""  # who wrote the message, as far as that is known


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
    decided = [(each.inbound_id, each.decision, each.sender) for each in outcomes]
    _close(tx, [(key, what, who) for key, what, who in decided if key is not None and isinstance(what, Decision)], now)


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


def _close(tx: Tx, decided: Sequence[tuple[int, Decision, str]], now: datetime) -> None:
    """The messages are dealt with, or wait for a person."""
    waits = {inbound_id: _hold(decision) for inbound_id, decision, _ in decided}
    held = [_held(key, wait, decision, now) for key, decision, _ in decided if (wait := waits[key])]
    if held:
        tx.execute(missing(tx, hold), held)
    rows = [_outcome(*each, now, held=bool(waits[each[0]])) for each in decided]
    if rows and tx.execute(_DECIDED, rows).rowcount != len(rows):
        raise LostLease(", ".join(map(str, waits)))
    for said in [decision.confirms for _, decision, _ in decided if decision.confirms]:
        holds.confirm(tx, said)


def _hold(decision: Decision) -> Hold | None:
    return decision.hold or (Hold(reason=decision.reasons[0]) if decision.verdict is Verdict.HOLD else None)


def _held(inbound_id: int, held: Hold, decision: Decision, now: datetime) -> dict[str, Any]:
    row = {"inbound_id": inbound_id, "reason": held.reason, "person": held.person, "held_at": now}
    row |= {"told_at": now if held.told else None}
    return row | {"case_ref": held.case_ref or decision.case_ref or ""}


def _outcome(inbound_id: int, decision: Decision, sender: str, now: datetime, *, held: bool) -> dict[str, Any]:
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
        "sender": sender,
        "node_id": None,
    }
