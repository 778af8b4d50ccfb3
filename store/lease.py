"""Taking work up: the one claim statement, for both databases.

Whoever takes a row up has it until its lease ends; then anybody may. PostgreSQL skips the rows that another node is taking at
this moment. SQLite has one writer at a time, and leaves the locking clause out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, Update, bindparam, or_, select, update

from store.columns import Utc

NOW = bindparam("now", type_=Utc)


def claiming(table: Table, due: ColumnElement[bool], *order: Any, changes: Mapping[str, Any]) -> Update:
    """The statement that takes up to `most` due rows, the first in `order`, and returns their keys in no order.

    Its parameters come from `terms`; `due` may use `now` among them.
    """
    key = next(iter(table.primary_key.columns))
    ready = (
        select(key).where(due).order_by(*order).limit(bindparam("most")).with_for_update(skip_locked=True).cte("ready")
    )
    lease = {"lease_owner": bindparam("claimant"), "lease_until": bindparam("until", type_=Utc)}
    return update(table).where(key.in_(select(ready.c[0]))).values({**lease, **changes}).returning(key)


def terms(*, owner: str, now: datetime, lease: timedelta, limit: int) -> dict[str, Any]:
    """Who takes up how much, until when."""
    return {"claimant": owner, "now": now, "until": now + lease, "most": limit}


def free(table: Table) -> ColumnElement[bool]:
    """Nobody has the row, or whoever had it has let the time run out."""
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= NOW)
