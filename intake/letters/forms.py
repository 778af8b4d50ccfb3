"""Form letters: what a template says in one situation is printed once, with blanks, and filled in for each case.

Nearly all letters of a day differ in names and numbers only, and running a template takes longer than deciding about a mail. A
situation is all that a template may decide by: which values are there, and those that are no text. A template that asks more
of a text than whether it is there has no form: it is run for every letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias

from markupsafe import Markup, escape

DECIDING = frozenset(
    {"channel", "first_time", "kind_of", "locale", "reason", "reply_goes_to"}
)  # texts that choose sentences
LONG = frozenset({"words"})  # texts of many lines: they are quoted, never part of a sentence
Situation: TypeAlias = tuple[Any, ...]
_MARK = re.compile("\ufdd0([^\ufdd0\ufdd1]+)\ufdd1")  # noncharacters: Unicode keeps them for a program's own use


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A letter in words. Text and HTML say the same."""

    subject: str
    text: str
    html: str
    from_name: str  # "" where the template leaves it to the brand's name


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What is known of a text before it is."""

    name: str


LINE: Final = Shape("line")  # one line, as `one_line` leaves it
LINES: Final = Shape("lines")


class Blank:
    """A text that is there, but not known yet. It can be shown and quoted; whatever asks for more gets a TypeError."""

    __slots__ = ("name", "shape")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, name: str, shape: Shape) -> None:
        self.name = name
        self.shape = shape

    def __str__(self) -> str:
        return self._mark("plain")

    def __html__(self) -> str:
        return self._mark("html")

    def __eq__(self, other: object) -> bool:
        raise TypeError("a form cannot depend on what a text says")

    def marked(self, way: str) -> str:
        """Where it will stand, in a way that several lines may be shown too: "quoted" or "broken"."""
        return f"\ufdd0{way}/{self.name}\ufdd1"

    def _mark(self, way: str) -> str:
        if self.shape is LINES:
            raise TypeError("several lines cannot stand in a sentence")
        return self.marked(way)


def quoted(text: str | Blank) -> str:
    """Somebody else's words, as plain text quotes them."""
    if isinstance(text, Blank):
        return text.marked("quoted")
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def broken(text: str | Blank) -> Markup:
    """A text as HTML that keeps its lines."""
    if isinstance(text, Blank):
        return Markup(text.marked("broken"))  # noqa: S704 - a name of ours
    return Markup("<br>\n".join(str(escape(text)).splitlines()))  # noqa: S704 - escaped


_WAYS = {"plain": str, "html": escape, "quoted": quoted, "broken": broken}


def situation(values: Mapping[str, Any]) -> Situation:
    """What a template may decide by, in the order of `values`."""
    return tuple([_shape(name, value) for name, value in values.items()])


def blanks(names: Iterable[str], shapes: Situation) -> dict[str, Any]:
    """The values that a form is printed with: a blank for every text."""
    return {name: _blank(name, shape) for name, shape in zip(names, shapes, strict=True)}


def specimens(empty: Mapping[str, Any]) -> dict[str, Any]:
    """Values for the blanks that show whether each is shown as it should be: long, and hostile to markup."""
    return {name: _specimen(value) for name, value in empty.items()}


class Form:
    """A printed letter with blanks in it."""

    __slots__ = ("_pages", "_places")

    def __init__(self, printed: Written) -> None:
        pages = {page.name: _MARK.split(getattr(printed, page.name)) for page in fields(printed)}
        self._pages = {name: (_pattern(parts[::2]), parts[1::2]) for name, parts in pages.items()}
        self._places = {place: _place(place) for parts in pages.values() for place in parts[1::2]}

    def filled(self, values: Mapping[str, Any]) -> Written:
        """The letter that these values make of it. They must be of the situation that it was printed for."""
        said = {
            place: way(values[name] if at is None else values[name][at])
            for place, (way, name, at) in self._places.items()
        }
        pages = self._pages.items()
        return Written(
            **{page: pattern % tuple([said[place] for place in places]) for page, (pattern, places) in pages}
        )


def _pattern(parts: list[str]) -> str:
    """For the operator %, which fills a long text faster than anything else in Python."""
    return "%s".join(part.replace("%", "%%") for part in parts)


def _shape(name: str, value: Any) -> Any:
    if isinstance(value, str):
        if not value or name in DECIDING:
            return value
        return LINE if name not in LONG and _is_line(value) else LINES
    return _alike(value, [_shape(name, each) for each in value]) if isinstance(value, tuple) else value


def _alike(whole: tuple[Any, ...], parts: list[Any]) -> tuple[Any, ...]:
    """The parts as a tuple of the same kind: one may have names for them."""
    return type(whole)(parts) if type(whole) is tuple else type(whole)(*parts)


def _is_line(value: str) -> bool:
    return value.isprintable() and "  " not in value and value == value.strip(" ")


def _blank(name: str, shape: Any) -> Any:
    if isinstance(shape, tuple):
        return _alike(shape, [_blank(f"{name}.{at}", each) for at, each in enumerate(shape)])
    return Blank(name, shape) if isinstance(shape, Shape) else shape


def _specimen(value: Any) -> Any:
    if isinstance(value, tuple):
        return _alike(value, list(map(_specimen, value)))
    if not isinstance(value, Blank):
        return value
    return ("\n\n" if value.shape is LINES else " ").join([f"A <b> & 'c' % {value.name}"] * 20)


def _place(place: str) -> tuple[Any, str, int | None]:
    way, _, name = place.partition("/")
    name, _, at = name.partition(".")
    return _WAYS[way], name, int(at) if at else None
