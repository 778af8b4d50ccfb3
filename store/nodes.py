"""The lives of nodes, each a row, by the database's clock alone: begun, renewed, ended by itself or declared dead by another.

Whatever a node takes up is its own for as long as it lives. It is dead when somebody has written so, in the transaction that
gives back what it had; from then on it can write nothing (`require`), however long it was stopped or cut off.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, text, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from store.columns import Utc
from store.errors import NodeEnded
from store.recovery import give_back
from store.schema import node
from store.schema.nodes import LIVING
from store.writer import Tx

SILENCE = timedelta(seconds=6)
"""Without a renewal for this long, a node may be declared dead. Nobody judges who was not steady for as long themselves."""

_KEPT = timedelta(days=30)  # that an ended life can be looked up

# A lock that a node's every transaction shares, and that nobody else gets while one of them is open. It leaves no trace in the
# row, as a row lock would for every transaction. A stopped node's open transaction is ended by the server.
_SHARE = text(
    "SELECT pg_advisory_xact_lock_shared(:room, :node), set_config('idle_in_transaction_session_timeout', '6s', true)"
)
_SEAL = text("SELECT pg_try_advisory_xact_lock(:room, :node)")
_ROOM = 0x414E  # apart from the locks of `store.locks`
_LIVES = select(node.c.id).where(node.c.id == bindparam("node"), LIVING)


class Now(FunctionElement[datetime]):
    """The database's clock."""

    type = Utc()
    inherit_cache = True


@compiles(Now, "postgresql")
def _postgres(_element: Now, _compiler: Any, **_: Any) -> str:
    return "clock_timestamp()"


@compiles(Now, "sqlite")
def _sqlite(_element: Now, _compiler: Any, **_: Any) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


def join(tx: Tx, name: str) -> int:
    """Begin a life. Returns its id, which is never given again."""
    now = _now(tx)
    row = {"name": name, "mailboxes": [], "started_at": now, "renewed_at": now, "steady_since": now}
    begun: int = tx.scalars(insert(node).returning(node.c.id), row).one()
    tx.execute(delete(node).where(node.c.ended_at < now - _KEPT))
    return begun


def require(tx: Tx, node_id: int) -> None:
    """Begin a transaction of this node: until its end nobody declares it dead. Raises NodeEnded where somebody has."""
    if tx.dialect.name == "postgresql":
        tx.execute(_SHARE, {"room": _ROOM, "node": node_id})
    if tx.scalar(_LIVES, {"node": node_id}) is None:
        raise NodeEnded


def renew(tx: Tx, node_id: int) -> bool:
    """Say that it lives. Returns whether it was steady for long enough to judge others: who was away cannot tell who else was."""
    now = _now(tx)
    row = tx.execute(select(node.c.renewed_at, node.c.steady_since).where(node.c.id == node_id)).one()
    steady = row.steady_since if _recent(row.renewed_at, now) else now
    tx.execute(update(node).where(node.c.id == node_id).values(renewed_at=now, steady_since=steady))
    return not _recent(steady, now)


def eldest(tx: Tx) -> int | None:
    """The living node that began first: to it falls what one of them has to do."""
    first: int | None = tx.scalar(select(func.min(node.c.id)).where(LIVING))
    return first


def silent(tx: Tx) -> list[int]:
    """Who seems to be dead."""
    now = _now(tx)
    living = tx.execute(select(node.c.id, node.c.renewed_at).where(LIVING))
    return [row.id for row in living if not _recent(row.renewed_at, now)]


def bury(tx: Tx, node_id: int) -> list[int] | None:
    """Declare a silent node dead and give back what it had. Returns the ids of letters that are now `unknown`.

    None where it has spoken again, or somebody else was quicker, or it has a transaction open: then it is tried again later.
    """
    if tx.dialect.name == "postgresql" and not tx.scalar(_SEAL, {"room": _ROOM, "node": node_id}):
        return None
    return end(tx, node_id) if node_id in silent(tx) else None


def end(tx: Tx, node_id: int) -> list[int]:
    """End a life of which it is known that it is over. Returns the ids of letters that are now `unknown`."""
    tx.execute(update(node).where(node.c.id == node_id).values(ended_at=_now(tx)))
    return give_back(tx, node_id)


def end_others(tx: Tx, node_id: int) -> list[int]:
    """End every other life: for the one that has the database to itself."""
    others = list(tx.scalars(select(node.c.id).where(LIVING, node.c.id != node_id)))
    return [letter for other in others for letter in end(tx, other)]


def _now(tx: Tx) -> datetime:
    return tx.execute(select(Now())).scalar_one()


def _recent(moment: datetime, now: datetime) -> bool:
    """A moment that lies ahead is as far off as one that is past: the clock was set back since."""
    return abs(now - moment) < SILENCE
