"""Taking work up: the one claim statement, for both databases.

Whoever takes a row up has it for as long as they live (`store.nodes`), or until they give it back. PostgreSQL skips the rows
that another node is taking at this moment. SQLite has one writer at a time, and leaves the locking clause out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, TextClause, Update, and_, bindparam, case, or_, select, update

from store.columns import Utc

NOW = bindparam("now", type_=Utc)


def claiming(table: Table, due: ColumnElement[bool] | TextClause, *order: Any, changes: Mapping[str, Any]) -> Update:
    """The statement that takes up to `most` due rows, the first in `order`, and returns their keys in no order.

    Its parameters come from `terms`; `due` may use `now` among them.
    """
    key = next(iter(table.primary_key.columns))
    ready = select(key).where(due, _free(table)).order_by(*order).limit(bindparam("most"))
    taken = ready.with_for_update(skip_locked=True).cte("ready")
    return (
        update(table)
        .where(key.in_(select(taken.c[0])))
        .values({"node_id": bindparam("claimant"), **changes})
        .returning(key)
    )


def terms(*, node: int, now: datetime, limit: int, at_hand: Collection[Any] = ()) -> dict[str, Any]:
    """Who takes up how much, and what they have at hand already."""
    return {"claimant": node, "now": now, "most": limit, "at_hand": list(at_hand)}


def claims(table: Table) -> ColumnElement[int]:
    """How often a row was taken up, this time included. What a living node takes up again has not ended the process."""
    return table.c.claims + case((table.c.node_id.is_(None), 1), else_=0)


def _free(table: Table) -> ColumnElement[bool]:
    """Nobody has the row; or whoever asks has it and does not know, because a fault swallowed the answer or the end of it."""
    key = next(iter(table.primary_key.columns))
    mislaid = and_(table.c.node_id == bindparam("claimant"), key.not_in(bindparam("at_hand", expanding=True)))
    return or_(table.c.node_id.is_(None), mislaid)
