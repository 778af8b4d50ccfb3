"""Indexes of some rows only, which both databases can have.

SQLAlchemy would have the condition once for each database, and loads every database's dialect to take it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, TextClause
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex


def partial(name: str, *columns: Column[Any], where: TextClause) -> Index:
    """An index of the rows of which `where` is true."""
    return Index(name, *columns, info={"where": where.text})


@compiles(CreateIndex)
def _create(statement: CreateIndex, compiler: Any, **options: Any) -> str:
    whole: str = compiler.visit_create_index(statement, **options)
    where = statement.element.info.get("where")
    return f"{whole} WHERE {where}" if where else whole
