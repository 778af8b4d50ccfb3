"""What is sealed has its key, or nobody is meant to read it: then it is not there any more either."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import func, select

from intake.case import Kind
from store.audit.fault import Fault, stream
from store.schema import case, case_event, contact, inbound, outbox
from store.sealing import ring
from store.writer import Tx

_TOGETHER = 500
_SEALED = (case, contact, inbound, outbox)


def keys(tx: Tx) -> Iterator[Fault]:
    for table in _SEALED:
        [name] = table.primary_key.columns.keys()
        rows = stream(tx, select(table.c[name], table.c.key).where(table.c.key.is_not(None)))
        while some := list(islice(rows, _TOGETHER)):
            known = ring(tx.dialect).alive({number for _, number in some})
            yield from (
                Fault(slug="erasure-unfinished" if number in known else "key-missing", where=f"{table.name}:{row}")
                for row, number in some
                if not known.get(number)
            )


def erased(tx: Tx) -> int:
    """How many cases were erased."""
    told = select(func.count(case_event.c.case_ref.distinct())).where(case_event.c.kind == Kind.ERASED.value)
    return tx.scalar(told) or 0
