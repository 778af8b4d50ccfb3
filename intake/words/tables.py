"""How the tables of phrases are written: one language a line, its tag, then phrases between semicolons."""

from __future__ import annotations


def phrases(table: str) -> tuple[str, ...]:
    """The phrases of a table, each once, in lower case, of all languages together."""
    lines = (line.partition(":  ")[2] for line in table.splitlines())
    return tuple(
        dict.fromkeys(phrase.strip().lower() for line in lines for phrase in line.split(";") if phrase.strip())
    )
