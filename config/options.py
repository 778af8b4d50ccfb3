"""From a table of the settings file to a checked, frozen dataclass; every fault is found, not only the first.

A field declared with `repr=False` is a secret. It is never written in the settings file by its own name: `password_file` names
a file (relative to the settings file), `password_env` an environment variable, and `password_inline` says it right there, for
those who mean it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

T = TypeVar("T")
NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})


class Faults(Exception):
    """Everything that is wrong with the settings: a sentence each, which says where, what, and what would be right."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def build(
    cls: type[T],
    table: Mapping[str, Any],
    where: str,
    *,
    base: Path = Path(),
    environ: Mapping[str, str] = NO_ENVIRONMENT,
) -> T:
    """The `cls` that a table describes. `where` names the table in faults; its `kind` is the caller's. Raises `Faults`."""
    own = {key: value for key, value in table.items() if key != "kind" or "kind" in _names(cls)}
    faults: list[str] = []
    hidden = [f for f in fields(cls) if not f.repr]  # type: ignore[arg-type]
    for field in hidden:
        own = _with_secret(field, own, where, base, environ, faults)
    adapter = TypeAdapter(dict[str, cls], config=ConfigDict(extra="forbid"))  # type: ignore[valid-type]
    try:
        made = adapter.validate_python({where: own})
    except ValidationError as error:
        secret = {field.name for field in hidden}
        told = [_sentence(cls, dict(e), where, secret) for e in error.errors(include_url=False)]
        raise Faults(list(dict.fromkeys([*faults, *told]))) from None
    if faults:
        raise Faults(faults)
    return made[where]


def _with_secret(
    field: Field[Any], table: dict[str, Any], where: str, base: Path, environ: Mapping[str, str], faults: list[str]
) -> dict[str, Any]:
    """The table with this secret fetched from where it is kept."""
    name = field.name
    spelled = {key: table[key] for key in (f"{name}_file", f"{name}_env", f"{name}_inline") if key in table}
    rest = {key: value for key, value in table.items() if key not in spelled and key != name}
    if name in table:
        faults.append(
            f"{_join(where, name)} is a secret and does not belong here: use {name}_file or {name}_env (or {name}_inline)."
        )
        return {**rest, name: ""}
    if len(spelled) > 1:
        faults.append(f"{_join(where, name)} is given more than once: {', '.join(spelled)}.")
    for key, value in spelled.items():
        found = _secret(key.removeprefix(name), str(value), base, environ)
        if found is None:
            faults.append(f"{_join(where, key)}: there is nothing to read at {value!r}.")
        rest[name] = found or ""
    return rest


def _secret(kept: str, value: str, base: Path, environ: Mapping[str, str]) -> str | None:
    if kept == "_inline":
        return value
    if kept == "_env":
        return environ.get(value)
    try:
        return (base / value).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None


def _sentence(cls: type, error: dict[str, Any], where: str, secret: set[str]) -> str:
    """One fault that pydantic found, said to the person who wrote the file."""
    path = error["loc"][1:]
    place = _join(where, *path)
    last = str(path[-1]) if path else ""
    if error["type"] == "unexpected_keyword_argument":
        return f"{place} is no setting; {_suggestion(last, _known(cls, path[:-1]))}."
    if error["type"] == "missing":
        return f"{place} is missing."
    wish = error["msg"].removeprefix("Input should be ").partition(", ")[0]
    shown = "" if last in secret or isinstance(error["input"], dict | list) else f" {error['input']!r} will not do;"
    return f"{place}:{shown} it should be {wish}."


def _suggestion(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f"perhaps {near[0]!r} is meant" if near else f"known are {', '.join(known) or 'none'}"


def _known(cls: Any, path: tuple[Any, ...]) -> list[str]:
    """The settings there are at a place inside `cls`, secrets as they are spelled in the file."""
    for step in path:
        hint = get_type_hints(cls).get(str(step), cls) if is_dataclass(cls) else cls
        cls = next((inner for inner in (hint, *get_args(hint)) if is_dataclass(inner)), cls)
    return [n for f in fields(cls) for n in ([f.name] if f.repr else [f"{f.name}_file", f"{f.name}_env"])]


def _names(cls: Any) -> set[str]:
    return {field.name for field in fields(cls)}


def _join(where: str, *path: Any) -> str:
    """A place as people read it: brand[1].hours.opens; list entries are counted from one."""
    place = where
    for step in path:
        place += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if place else str(step)
    return place
