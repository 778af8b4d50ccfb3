"""The complaint register: one row of nine columns for every complaint, in the order of receipt."""

from __future__ import annotations

from sqlalchemy import select

from store.schema import register
from store.writer import Tx

COLUMNS = tuple(register.c[f"column_{number}"] for number in range(1, 10))


def rows(tx: Tx) -> list[tuple[str, ...]]:
    """Every row, as `intake.register.HEADERS` heads its columns."""
    return [tuple(row) for row in tx.execute(select(*COLUMNS).order_by(register.c.received_at, register.c.case_ref))]
