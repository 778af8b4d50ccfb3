"""One after the other: whoever decides about a sender or a case makes others wait who would decide about the same."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import ARRAY, bindparam, text
from sqlalchemy.types import BigInteger

from store.writer import Tx

_TAKE = text("SELECT pg_advisory_xact_lock(number) FROM unnest(:numbers) AS number").bindparams(
    bindparam("numbers", type_=ARRAY(BigInteger))
)


def hold(tx: Tx, names: Iterable[str | None]) -> None:
    """Hold these names until the transaction ends; taken in one order by everybody. On SQLite the one writer is the lock."""
    numbers = sorted({_number(name) for name in names if name})
    if numbers and tx.dialect.name == "postgresql":
        tx.execute(_TAKE, {"numbers": numbers})


def _number(name: str) -> int:
    return int.from_bytes(sha256(name.encode("utf-8", "surrogatepass")).digest()[:8], signed=True)
