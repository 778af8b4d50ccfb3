"""What is looked things up in, made from cases: indexes, promises, register. Only what changed is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import bindparam, delete

from intake.case import Case, Promise, Status
from intake.policy import Policy
from intake.register import row as register_row
from store.inserting import missing, upsert
from store.schema import case_matter, participant, promise, register, thread_id
from store.sealing import Sealed, SealedWords
from store.writer import Tx

_PERSONAL = [column.name for column in register.c if isinstance(column.type, SealedWords)]
_OFF_THE_REGISTER = delete(register).where(register.c.case_ref == bindparam("which"))


Step: TypeAlias = tuple[
    Case | None, Case, int | None
]  # what was projected last, None for nothing; what there is now; its key


def project(tx: Tx, steps: Sequence[Step], *, policy: Policy) -> None:
    """Bring everything that is made from these cases up to date."""
    _put(tx, upsert(tx, participant), [row for step in steps for row in _dated(*step[:2], "participants", "address")])
    _put(tx, upsert(tx, case_matter), [row for step in steps for row in _dated(*step[:2], "matters", "matter")])
    threads = [
        {"message_id": each, "case_ref": case.ref} for was, case, _ in steps for each in _new(case, was, "thread")
    ]
    _put(tx, missing(tx, thread_id), threads)
    promises = [promise_row(case.ref, each) for was, case, _ in steps for each in _new(case, was, "promises")]
    _put(tx, upsert(tx, promise), promises)
    _register(tx, [(case, key) for _, case, key in steps], policy)


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


def _register(tx: Tx, cases: Sequence[tuple[Case, int | None]], policy: Policy) -> None:
    shown = [(case, key) for case, key in cases if case.status is not Status.MERGED]
    rows = [
        {"case_ref": case.ref, "received_at": case.received_at, **_sealed(cells(case, policy), key)}
        for case, key in shown
    ]
    _put(tx, upsert(tx, register), rows)
    _put(tx, _OFF_THE_REGISTER, [{"which": case.ref} for case, _ in cases if case.status is Status.MERGED])


def _sealed(row: dict[str, str], key: int | None) -> dict[str, Any]:
    return {name: Sealed(value=cell, key=key) if name in _PERSONAL else cell for name, cell in row.items()}


def _dated(before: Case | None, case: Case, field: str, column: str) -> list[dict[str, Any]]:
    """Rows that are sorted by when the case was received: all of them anew where that has moved."""
    same = before if before is not None and before.received_at == case.received_at else None
    row = {"case_ref": case.ref, "received_at": case.received_at}
    return [row | {column: each} for each in _new(case, same, field)]


def _new(case: Case, before: Case | None, field: str) -> list[Any]:
    was = getattr(before, field) if before is not None else ()
    return [each for each in getattr(case, field) if each not in was]


def _put(tx: Tx, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        tx.execute(statement, rows)
