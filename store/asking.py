"""Many questions in one: a list as a table of the query, in both databases.

The list is one parameter, so that the statement is the same however long it is: made, planned and kept ready once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Text, bindparam, func, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _Rows(FunctionElement[Any]):
    """The objects of a JSON list, as rows with one column, "value"."""

    name = "rows"
    inherit_cache = True


class _Field(FunctionElement[str]):
    """What one of these objects has under a name."""

    name = "field"
    type = Text()
    inherit_cache = True


def each(name: str) -> Any:
    """The table of that name: as its parameter of the same name it takes what `asked` makes."""
    return _Rows(bindparam(name, type_=Text)).table_valued("value", name=name)


def field(table: Any, name: str) -> Any:
    """A text, or a number as text, of each row."""
    return _Field(table.c.value, literal_column(f"'{name}'"))


def asked(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as a parameter. Their texts must be clean (`store.columns`)."""
    return orjson.dumps(rows).decode()


@compiles(_Rows, "sqlite")
def _sqlite_rows(element: _Rows, compiler: Any, **options: Any) -> str:
    return str(compiler.process(func.json_each(*element.clauses), **options))


@compiles(_Rows, "postgresql")
def _postgres_rows(element: _Rows, compiler: Any, **options: Any) -> str:
    [rows] = element.clauses
    return f"json_array_elements(CAST({compiler.process(rows, **options)} AS JSON))"


@compiles(_Field, "sqlite")
def _sqlite_field(element: _Field, compiler: Any, **options: Any) -> str:
    value, name = (compiler.process(part, **options) for part in element.clauses)
    return f"json_extract({value}, '$.' || {name})"


@compiles(_Field, "postgresql")
def _postgres_field(element: _Field, compiler: Any, **options: Any) -> str:
    value, name = (compiler.process(part, **options) for part in element.clauses)
    return f"({value} ->> {name})"
