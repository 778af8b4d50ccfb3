"""Large contents in pieces: each is durable by itself, with others' commits between them, before there is a message of them.

One that is written in a single transaction would hold up everybody else for as long. It is sealed whole, with a key that nothing
else has, and cut; its pieces go by the number of that key. Until the message is there they belong to whoever brings it, and end
with that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from store.errors import LostPieces
from store.keyring import Keyring
from store.schema import arriving, blob, piece
from store.sealing import ring, seal_bytes, unseal_bytes
from store.writer import Tx

SIZE = 512 * 1024  # bytes of one; a content that is no larger goes with its row

_KEYS: Any = bindparam("keys", expanding=True)
_JOINED = select(piece.c.content).where(piece.c.key == bindparam("key")).order_by(piece.c.number)
_ARRIVED = delete(arriving).where(arriving.c.key.in_(_KEYS))
_USED = select(blob.c.pieces).where(blob.c.sha256.in_(bindparam("ids", expanding=True)), blob.c.pieces.is_not(None))
_COMING = select(arriving.c.key).where(arriving.c.key.in_(_KEYS), arriving.c.given_up.is_(None)).with_for_update()
_GIVE_UP = update(arriving).where(arriving.c.key.in_(_KEYS)).values(given_up=True).returning(arriving.c.key)
_SOME = select(piece.c.key, piece.c.number).where(piece.c.key.in_(_KEYS)).limit(4)
_DROPPED = delete(piece).where(piece.c.key == bindparam("which"), piece.c.number == bindparam("place"))
_LEFT = select(arriving.c.key).where(arriving.c.node_id == bindparam("node"))


@dataclass(frozen=True, kw_only=True, slots=True)
class InPieces:
    """A content whose pieces were kept ahead."""

    key: int
    blob_id: str
    size: int


def cut(keys: Keyring, content: bytes) -> tuple[InPieces, Iterator[memoryview]]:
    """Seal a content; its pieces. Takes long where it is large."""
    number = keys.fresh()
    sealed = memoryview(seal_bytes(keys, content, number))
    whole = InPieces(key=number, blob_id=sha256(content).hexdigest(), size=len(content))
    return whole, (sealed[start : start + SIZE] for start in range(0, len(sealed), SIZE))


def begin(tx: Tx, whole: InPieces, *, node: int) -> None:
    """A node brings it."""
    tx.execute(insert(arriving), {"key": whole.key, "node_id": node})


def keep(tx: Tx, whole: InPieces, number: int, content: memoryview) -> None:
    tx.execute(insert(piece), {"key": whole.key, "number": number, "content": content})


def arrive(tx: Tx, whole: Collection[InPieces]) -> None:
    """Their messages are there. Of bytes that were there before, these pieces are not needed, and can be dropped still.

    Raises LostPieces where they were dropped meanwhile.
    """
    keys = [each.key for each in whole]
    if not keys:
        return
    if len(tx.scalars(_COMING, {"keys": keys}).all()) != len(keys):
        raise LostPieces
    used = list(tx.scalars(_USED, {"ids": [each.blob_id for each in whole]}))
    tx.execute(_ARRIVED, {"keys": [key for key in keys if key in used]})


def drop(tx: Tx, keys: Collection[int]) -> bool:
    """Give contents up of which there is no message, and from now on will be none. Takes some of their pieces away.

    Returns whether there are more.
    """
    given_up = list(tx.scalars(_GIVE_UP, {"keys": list(keys)}))
    some = tx.execute(_SOME, {"keys": given_up}).all() if given_up else []
    for row in some:
        tx.execute(_DROPPED, {"which": row.key, "place": row.number})
    if given_up and not some:
        tx.execute(_ARRIVED, {"keys": given_up})
    return bool(some)


def drop_all(tx: Tx, node: int) -> None:
    """A node has ended, and brings nothing any more."""
    if keys := list(tx.scalars(_LEFT, {"node": node})):
        tx.execute(delete(piece).where(piece.c.key.in_(_KEYS)), {"keys": keys})
        tx.execute(_ARRIVED, {"keys": keys})


def joined(tx: Tx, key: int) -> bytearray:
    """A content as it is sealed."""
    whole = bytearray()
    for content in tx.scalars(_JOINED, {"key": key}, execution_options={"yield_per": 1}):
        whole += content
    return whole


def opened(tx: Tx, key: int) -> bytes:
    """A content; nothing of one whose key is gone. Raises Damaged."""
    return unseal_bytes(ring(tx.dialect), joined(tx, key)) or b""
