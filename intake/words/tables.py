"""How the tables of phrases are written: one language or client a line, its name, two spaces, then cells between semicolons."""

from __future__ import annotations

from collections.abc import Collection

_TELLING = 3  # letters, which most lines have otherwise


def cells(table: str) -> tuple[str, ...]:
    """What stands in a table, each once, of all its lines together."""
    lines = (line.partition(":  ")[2] for line in table.splitlines())
    return tuple(dict.fromkeys(cell.strip() for line in lines for cell in line.split(";") if cell.strip()))


def phrases(table: str) -> tuple[str, ...]:
    """The cells of a table in lower case."""
    return tuple(dict.fromkeys(map(str.lower, cells(table))))


class Beginnings:
    """Phrases in lower case with which a line may begin, by their first letters."""

    def __init__(self, phrases: Collection[str]) -> None:
        self._letters = min(_TELLING, *map(len, phrases))
        self._longest = max(map(len, phrases))
        starts = {phrase[: self._letters] for phrase in phrases}
        self._likely = {start: tuple(each for each in phrases if each.startswith(start)) for start in starts}

    def begin(self, line: str) -> bool:
        """Whether the line begins with one of them, in whatever case."""
        likely = self._likely.get(line[: self._letters].lower())
        return likely is not None and line[: self._longest].lower().startswith(likely)
