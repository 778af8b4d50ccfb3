"""From a table of the settings file to a checked, frozen dataclass; every fault is found, not only the first.

Secrets are kept out of the file: its settings name the files that hold them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import Any, TypeVar, get_args, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

T = TypeVar("T")
PRIVATE = re.compile("password|secret|token|key")  # whatever stands there is not repeated


class Faults(Exception):
    """Everything that is wrong with the settings: a sentence each, which says where, what, and what would be right."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def build(cls: type[T], table: Mapping[str, Any], where: str) -> T:
    """The `cls` that a table describes. `where` names the table in faults; its `kind` is the caller's. Raises `Faults`."""
    own = {key: value for key, value in table.items() if key != "kind"}
    adapter = TypeAdapter(dict[str, cls], config=ConfigDict(extra="forbid"))  # type: ignore[valid-type]
    try:
        return adapter.validate_python({where: own})[where]
    except ValidationError as error:
        told = [_sentence(cls, where, dict(fault)) for fault in error.errors(include_url=False)]
        raise Faults(list(dict.fromkeys(told))) from None


def _sentence(cls: type, where: str, fault: dict[str, Any]) -> str:
    """One fault that pydantic found, said to the person who wrote the file."""
    path = fault["loc"][1:]
    place = _place(where, path)
    name = str(path[-1]) if path else ""
    if fault["type"] == "unexpected_keyword_argument":
        return f"{place} is no setting; {_suggestion(name, _known(cls, path[:-1]))}."
    if fault["type"] == "missing":
        return f"{place} is missing."
    wish = fault["msg"].removeprefix("Input should be ").partition(", ")[0]
    hidden = PRIVATE.search(name) or isinstance(fault["input"], dict | list)
    return f"{place}: {'this' if hidden else repr(fault['input'])} will not do; it should be {wish}."


def _suggestion(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f"perhaps {near[0]!r} is meant" if near else f"known are {', '.join(known) or 'none'}"


def _known(cls: Any, path: tuple[Any, ...]) -> list[str]:
    """The settings there are at a place inside `cls`."""
    for step in path:
        hint = get_type_hints(cls).get(str(step), cls)
        cls = next((inner for inner in (hint, *get_args(hint)) if is_dataclass(inner)), cls)
    return [field.name for field in fields(cls)]


def _place(where: str, path: tuple[Any, ...]) -> str:
    """A place as people read it: brand[1].hours.opens; list entries are counted from one."""
    place = where
    for step in path:
        place += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if place else str(step)
    return place
