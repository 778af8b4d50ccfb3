"""Exact bytes, by their SHA-256 (JMAP's blobId, RFC 8620)."""

from __future__ import annotations

from hashlib import sha256

from store.inserting import missing
from store.schema import blob
from store.writer import Tx


def keep(tx: Tx, content: bytes) -> str:
    """Keep the bytes once, however often they come. Returns their blob id."""
    blob_id = sha256(content).hexdigest()
    tx.execute(missing(tx, blob), {"sha256": blob_id, "size": len(content), "content": content})
    return blob_id
