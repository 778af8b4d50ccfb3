"""Every letter has one cause and a case, and no cause wrote the same letter twice."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from store.audit.fault import Fault, repeated, stream
from store.schema import blob, case, outbox
from store.schema.outbox import NEEDED
from store.writer import Tx

_STATES = ("pending", "sending", "sent", "deferred", "rejected", "unknown", "cancelled")


def letters(tx: Tx) -> Iterator[Fault]:
    columns = outbox.c.id, outbox.c.cause, outbox.c.case_ref, outbox.c.state, case.c.ref, blob.c.sha256
    joined = select(*columns).join(case, case.c.ref == outbox.c.case_ref, isouter=True)
    for row in stream(tx, joined.join(blob, blob.c.sha256 == outbox.c.blob_id, isouter=True)):
        where = f"outbox:{row.id}"
        if not row.cause:
            yield Fault(slug="cause-missing", where=where)
        if row.case_ref and row.ref is None:
            yield Fault(slug="case-missing", where=where)
        if row.sha256 is None:
            yield Fault(slug="blob-missing", where=where)
        if row.state not in _STATES:
            yield Fault(slug="state-unknown", where=where)
    emptied = select(outbox.c.id).join(blob, blob.c.sha256 == outbox.c.blob_id).where(blob.c.content.is_(None), NEEDED)
    for outbox_id in tx.scalars(emptied):
        yield Fault(slug="blob-missing", where=f"outbox:{outbox_id}")
    yield from repeated(tx, outbox, outbox.c.case_ref, outbox.c.kind, outbox.c.cause, outbox.c.address)
