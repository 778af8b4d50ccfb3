"""From a table of the settings file to a checked, frozen dataclass; every fault is found, not only the first.

Secrets are kept out of the file: its settings name the files that hold them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from difflib import get_close_matches
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from msgspec import ValidationError, convert

T = TypeVar("T")
PRIVATE = re.compile("password|secret|token|key")  # whatever stands there is not repeated
WISHES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    time: "a time, such as 09:00:00",
    date: "a day, such as 2026-12-24",
    tuple: "a list",
}


class Faults(Exception):
    """Everything that is wrong with the settings: a sentence each, which says where, what, and what would be right."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def build(cls: type[T], table: Mapping[str, Any], where: str) -> T:
    """The `cls` that a table describes. `where` names the table in faults; its `kind` is the caller's. Raises `Faults`."""
    own = {key: value for key, value in table.items() if key != "kind"}
    if faults := list(_table(cls, own, where)):
        raise Faults(faults)
    return convert(own, cls)


def _table(cls: type, table: Mapping[str, Any], place: str) -> Iterator[str]:
    """What is wrong with a table that should describe a `cls`."""
    inside = f"{place}." if place else ""
    kinds = get_type_hints(cls)
    for key, value in table.items():
        if key in kinds:
            yield from _value(kinds[key], value, inside + key)
        else:
            yield f"{inside}{key} is no setting; {_suggestion(key, list(kinds))}."
    for field in fields(cls):
        if field.name not in table and field.default is MISSING and field.default_factory is MISSING:
            yield f"{inside}{field.name} is missing."


def _value(kind: Any, value: Any, place: str) -> Iterator[str]:
    """What is wrong with a value that should be of this kind. A place is as people read it: entries are counted from one."""
    if isinstance(value, dict) and is_dataclass(kind):
        yield from _table(kind, value, place)  # type: ignore[arg-type]
    elif isinstance(value, dict) and get_origin(kind) in (dict, Mapping):
        for key, each in value.items():
            yield from _value(get_args(kind)[1], each, f"{place}.{key}")
    elif isinstance(value, list) and get_origin(kind) is tuple:
        for number, each in enumerate(value, start=1):
            yield from _value(get_args(kind)[0], each, f"{place}[{number}]")
    elif not _fits(kind, value):
        hidden = isinstance(value, dict | list) or PRIVATE.search(place.rpartition(".")[2])
        yield f"{place}: {'this' if hidden else repr(value)} will not do; it should be {_wish(kind)}."


def _fits(kind: Any, value: Any) -> bool:
    try:
        convert(value, kind)
    except ValidationError:
        return False
    return True


def _wish(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(map(repr, get_args(kind)))
    return WISHES.get(get_origin(kind) or kind, "a table")


def _suggestion(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f"perhaps {near[0]!r} is meant" if near else f"known are {', '.join(known) or 'none'}"
