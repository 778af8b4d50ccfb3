"""What is looked things up in, made from cases: indexes, promises, register. Only what changed is written."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete

from intake.case import Case, Promise, Status
from intake.policy import Policy
from intake.register import row as register_row
from store.inserting import missing, upsert
from store.schema import case_matter, participant, promise, register, thread_id
from store.writer import Tx


def project(tx: Tx, case: Case, *, before: Case | None, policy: Policy) -> None:
    """Bring everything that is made from a case up to date. `before` is what was projected last, None for nothing."""
    dated = before if before is not None and before.received_at == case.received_at else None
    _index(tx, participant, "address", case, _new(case.participants, dated.participants if dated else ()))
    _index(tx, case_matter, "matter", case, _new(case.matters, dated.matters if dated else ()))
    threads = [
        {"message_id": each, "case_ref": case.ref} for each in _new(case.thread, before.thread if before else ())
    ]
    if threads:
        tx.execute(missing(tx, thread_id), threads)
    promises = [promise_row(case.ref, each) for each in _new(case.promises, before.promises if before else ())]
    if promises:
        tx.execute(upsert(tx, promise), promises)
    _register(tx, case, policy)


def promise_row(ref: str, made: Promise) -> dict[str, Any]:
    return {
        "case_ref": ref,
        "id": made.id,
        "kind": made.kind,
        "made_at": made.made_at,
        "due_at": made.due_at,
        "made_by": made.made_by,
        "state": made.state.value,
        "nudged": made.nudged,
    }


def cells(case: Case, policy: Policy) -> dict[str, str]:
    """The nine columns of the register, by the names of the table's columns."""
    return {f"column_{number}": cell for number, cell in enumerate(register_row(case, policy), start=1)}


def _register(tx: Tx, case: Case, policy: Policy) -> None:
    if case.status is Status.MERGED:
        tx.execute(delete(register).where(register.c.case_ref == case.ref))
    else:
        row = {"case_ref": case.ref, "received_at": case.received_at, **cells(case, policy)}
        tx.execute(upsert(tx, register), row)


def _index(tx: Tx, table: Any, column: str, case: Case, new: list[str]) -> None:
    rows = [{"case_ref": case.ref, column: each, "received_at": case.received_at} for each in new]
    if rows:
        tx.execute(upsert(tx, table), rows)


def _new(now: tuple[Any, ...], was: tuple[Any, ...]) -> list[Any]:
    return [each for each in now if each not in was]
