"""Exact bytes, by their SHA-256 (JMAP's blobId, RFC 8620)."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from store.inserting import missing
from store.schema import blob
from store.writer import Tx


def keep(tx: Tx, contents: Iterable[bytes]) -> list[str]:
    """Keep each of these bytes, at least one, once, however often it comes. Returns their blob ids."""
    named = [(sha256(content).hexdigest(), content) for content in contents]
    tx.execute(missing(tx, blob), [{"sha256": name, "size": len(each), "content": each} for name, each in named])
    return [name for name, _ in named]
