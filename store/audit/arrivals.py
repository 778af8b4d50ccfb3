"""Every message that was acknowledged is there, byte for byte, and came to a case or a reason."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import and_, or_, select

from store import blobs
from store.audit.fault import Fault, repeated, stream
from store.keyring import Keyring
from store.schema import blob, case, contact_point, hold, inbound
from store.schema.arrivals import NEEDED
from store.sealing import Damaged, ring, unseal_bytes
from store.writer import Tx

_STORED = select(blob.c.sha256, blob.c.size, *blobs.STORED).where(blob.c.content.is_not(None))


def arrivals(tx: Tx) -> Iterator[Fault]:
    yield from _bytes(tx)
    yield from _outcomes(tx)
    yield from repeated(tx, inbound, inbound.c.channel, inbound.c.account, inbound.c.source_id)
    yield from repeated(tx, contact_point, contact_point.c.kind, contact_point.c.value)


def _bytes(tx: Tx) -> Iterator[Fault]:
    keys = ring(tx.dialect)
    for row in stream(tx, _STORED):
        content = _plain(keys, blobs.as_stored(tx, row) or b"")
        if len(content) != row.size or sha256(content).hexdigest() != row.sha256:
            yield Fault(slug="blob-changed", where=f"blob:{row.sha256}")
    here = select(inbound.c.id).join(blob, blob.c.sha256 == inbound.c.blob_id, isouter=True)
    lost = here.where(or_(blob.c.sha256.is_(None), and_(blob.c.content.is_(None), NEEDED)))
    for inbound_id in tx.scalars(lost):
        yield Fault(slug="blob-missing", where=f"inbound:{inbound_id}")


def _plain(keys: Keyring, stored: bytes | bytearray) -> bytes:
    try:
        return unseal_bytes(keys, stored) or b""
    except Damaged:
        return b""


def _outcomes(tx: Tx) -> Iterator[Fault]:
    columns = inbound.c.id, inbound.c.state, inbound.c.verdict, inbound.c.reasons, inbound.c.case_ref
    joined = select(*columns, case.c.ref, hold.c.inbound_id).join(case, case.c.ref == inbound.c.case_ref, isouter=True)
    for row in stream(tx, joined.join(hold, hold.c.inbound_id == inbound.c.id, isouter=True)):
        where = f"inbound:{row.id}"
        if row.state not in ("new", "done", "held", "parked"):
            yield Fault(slug="state-unknown", where=where)
        if row.state in ("done", "held") and not (row.verdict and row.reasons):
            yield Fault(slug="verdict-missing", where=where)
        if row.case_ref and row.ref is None:
            yield Fault(slug="case-missing", where=where)
        if row.state == "held" and row.inbound_id is None:
            yield Fault(slug="hold-missing", where=where)
