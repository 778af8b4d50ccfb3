"""How the tables of phrases are written: one language or client a line, its name, two spaces, then cells between semicolons."""

from __future__ import annotations


def cells(table: str) -> tuple[str, ...]:
    """What stands in a table, each once, of all its lines together."""
    lines = (line.partition(":  ")[2] for line in table.splitlines())
    return tuple(dict.fromkeys(cell.strip() for line in lines for cell in line.split(";") if cell.strip()))


def phrases(table: str) -> tuple[str, ...]:
    """The cells of a table in lower case."""
    return tuple(dict.fromkeys(map(str.lower, cells(table))))
