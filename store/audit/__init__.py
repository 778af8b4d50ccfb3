"""Whether everything that was promised is there, and is as it was written: the oracle of the fault tests.

Reads the whole store in one snapshot, a row at a time, and reports what is wrong; it never mends and never stops early.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from intake.policy import Policy
from store.audit.arrivals import arrivals
from store.audit.fault import Fault
from store.audit.histories import head, histories
from store.audit.keys import erased, keys
from store.audit.letters import letters
from store.schema import METADATA
from store.writer import Tx

__all__ = ["Audit", "Fault", "audit"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """What was found."""

    faults: tuple[Fault, ...]
    rows: dict[str, int]  # how many there are, by table
    erased: int  # cases that nobody can read any more
    head: str  # of all histories together: kept elsewhere, it shows that the whole chain was rewritten


def audit(tx: Tx, *, policy: Policy) -> Audit:
    """Check everything. `policy` is what the register is written by."""
    faults = tuple(_faults(tx, policy))
    counts = {table.name: tx.scalar(select(func.count()).select_from(table)) or 0 for table in METADATA.sorted_tables}
    return Audit(faults=faults, rows=counts, erased=erased(tx), head=head(tx))


def _faults(tx: Tx, policy: Policy) -> Iterator[Fault]:
    yield from arrivals(tx)
    yield from histories(tx, policy)
    yield from letters(tx)
    yield from keys(tx)
