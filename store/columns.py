"""Column types: what a stranger may send, in a form that both databases keep and give back alike."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, Text
from sqlalchemy.types import TypeDecorator

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_STRICT = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
)
_LONGEST_KEY = 300  # bytes; three such columns must fit into one index row of PostgreSQL (2,700)

Id = BigInteger().with_variant(Integer, "sqlite")


def clean(text: str) -> str:
    """A text that both databases take: PostgreSQL refuses NUL, neither takes half a surrogate pair."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def shorten(text: str) -> str:
    """A text that fits into an index. A long one ends in its own hash, so that different texts stay different."""
    tidy = clean(text)
    if len(tidy) <= _LONGEST_KEY // 4 or len(data := tidy.encode()) <= _LONGEST_KEY:
        return tidy
    return data[:200].decode(errors="ignore") + "~" + sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical(value: Any) -> str:
    """JSON in the one form that is stored and hashed: keys sorted, no spaces, NUL escaped, valid UTF-8."""
    try:
        return orjson.dumps(value, option=_STRICT).decode()
    except orjson.JSONEncodeError:  # half a surrogate pair, a very large number, a kind of text or number of its own
        return clean(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def plain(value: Any) -> Any:
    """A JSON value as it comes back from the database."""
    return json.loads(canonical(value))


def shortened(texts: Sequence[str | None]) -> list[str]:
    """Keys for an IN clause: each once, in order, without the empty ones."""
    return list(dict.fromkeys(shorten(text) for text in texts if text))


class Words(TypeDecorator[str]):
    """Text of any length."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


class Key(TypeDecorator[str]):
    """Text that is looked up by. Bound and compared in its shortened form."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else shorten(value)


class Json(TypeDecorator[Any]):
    """Canonical JSON, kept as text: PostgreSQL's own type would lose its exact form, and refuses NUL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Utc(TypeDecorator[datetime]):
    """An aware time, kept in UTC. SQLite forgets the zone of a time; here none can be lost."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a time without a zone is no time")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
