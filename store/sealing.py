"""Column types that seal what is personal, and read it as if it were plain.

What is stored names its key, so reading needs to know nothing; writing says the key with the value. Where a column is only
looked up by, a mark of the text stands in its place. What was kept before there were keys is read as it stands.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pybase64 import b64decode, b64encode
from sqlalchemy import Dialect, LargeBinary, Table, TableClause, Text, column
from sqlalchemy.types import TypeDecorator, TypeEngine

from store.columns import canonical, clean, shorten
from store.errors import StoreError
from store.keyring import Keyring

MARK = "\x1a"  # no JSON begins with it, and nobody types it
MAGIC = b"\x1asealed\x1a"
GONE = "erased"  # what is read where the key was destroyed; of JSON an empty object, of bytes none
_NONCE = 12
_TAG = 16
_NUMBER = 8
_DIGITS = 18  # of a number that a database takes

_RINGS: WeakKeyDictionary[Dialect, Keyring] = WeakKeyDictionary()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """A value that is to be sealed; with None for its key it is from before there were keys, and stays plain."""

    value: Any
    key: int | None


class Mark(str):
    """A text that stands for another one already."""

    __slots__ = ()


class Damaged(ValueError):
    """Something that was sealed is not what it was."""


def attach(dialect: Dialect, ring: Keyring) -> None:
    """Have what goes through this dialect sealed with these keys."""
    _RINGS[dialect] = ring


def ring(dialect: Dialect) -> Keyring:
    """The keys of a database, by `tx.dialect`."""
    try:
        return _RINGS[dialect]
    except KeyError:
        raise StoreError("the database was opened without its keys") from None


def seal(keys: Keyring, number: int, plain: str) -> str:
    return f"{MARK}{number}." + b64encode(_encrypt(keys, plain.encode(), number)).decode()


def unseal(keys: Keyring, stored: str) -> str | None:
    """The text, plain or sealed; None where its key is gone. Raises Damaged."""
    if not stored.startswith(MARK):
        return stored
    try:
        plain = _decrypt(keys, b64decode(stored.partition(".")[2], validate=True), key_of(stored))
        return None if plain is None else plain.decode()
    except ValueError:
        raise Damaged from None


def key_of(stored: str) -> int | None:
    """The number of the key that a text is sealed with; None for a plain one."""
    number = stored[1:].partition(".")[0] if stored.startswith(MARK) else ""
    return int(number) if number.isdecimal() and len(number) <= _DIGITS else None


def seal_bytes(keys: Keyring, plain: bytes, number: int) -> bytearray:
    """In one piece from the beginning: a mail may be large, and each copy of it is memory."""
    head = MAGIC + number.to_bytes(_NUMBER) + os.urandom(_NONCE)
    sealed = bytearray(len(head) + len(plain) + _TAG)
    sealed[: len(head)] = head
    _cipher(keys, number).encrypt_into(head[-_NONCE:], plain, None, memoryview(sealed)[len(head) :])
    return sealed


def unseal_bytes(keys: Keyring, stored: bytes | bytearray) -> bytes | None:
    """The bytes, plain or sealed; None where their key is gone. Raises Damaged."""
    number = key_of_bytes(stored)
    return bytes(stored) if number is None else _decrypt(keys, memoryview(stored)[len(MAGIC) + _NUMBER :], number)


def key_of_bytes(stored: bytes | bytearray) -> int | None:
    start = len(MAGIC)
    return int.from_bytes(stored[start : start + _NUMBER]) if stored.startswith(MAGIC) else None


def mark(dialect: Dialect, words: str) -> Mark:
    """What stands for a text in a column that is looked up by; "" stands for itself."""
    return Mark(ring(dialect).mark(shorten(words))) if words else Mark()


def marked_name(dialect: Dialect, name: str) -> str:
    """What stands for the name that a channel gives a message. Those of one conversation begin alike: "conversation/id"."""
    first, slash, rest = name.partition("/")
    return f"{mark(dialect, first)}{slash}{mark(dialect, rest)}"


def marks(dialect: Dialect, words: Iterable[str]) -> dict[str, str]:
    """The texts, by what stands for them."""
    return {mark(dialect, each): each for each in words}


class Marked(TypeDecorator[str]):
    """Text that is only looked up by. Read back, it is what stands for it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return str(value) if isinstance(value, Mark) else str(mark(dialect, value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else Mark(value)


class SealedWords(TypeDecorator[str]):
    """Text of any length."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if isinstance(value, Sealed):
            return _sealed(dialect, clean(value.value), value.key)
        return None if value is None else clean(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or not value.startswith(MARK):
            return value
        found = unseal(ring(dialect), value)
        return GONE if found is None else found


class SealedJson(TypeDecorator[Any]):
    """Canonical JSON, as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if isinstance(value, Sealed):
            return _sealed(dialect, canonical(value.value), value.key)
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        if value is None or not value.startswith(MARK):
            return None if value is None else json.loads(value)
        found = unseal(ring(dialect), value)
        return {} if found is None else json.loads(found)


class SealedBytes(TypeDecorator[bytes]):
    """Bytes of any length."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | bytearray | None:
        if not isinstance(value, Sealed):
            return value  # type: ignore[no-any-return]
        return value.value if value.key is None else seal_bytes(ring(dialect), value.value, value.key)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        if value is None or not value.startswith(MAGIC):
            return value
        return unseal_bytes(ring(dialect), value) or b""


def as_stored(table: Table) -> TableClause:
    """A table whose rows are read and written as they stand, sealed."""
    return TableClause(table.name, *(column(each.name, _raw(each.type)) for each in table.c))


def _raw(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.impl_instance if isinstance(kind, Marked | SealedWords | SealedJson | SealedBytes) else kind


def _sealed(dialect: Dialect, plain: str, number: int | None) -> str:
    return plain if number is None else seal(ring(dialect), number, plain)


def _encrypt(keys: Keyring, plain: bytes, number: int) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(keys, number).encrypt(nonce, plain, None)


def _cipher(keys: Keyring, number: int) -> AESGCM:
    cipher = keys.cipher(number)
    if cipher is None:
        raise StoreError(f"key {number} is gone")
    return cipher


def _decrypt(keys: Keyring, sealed: bytes | memoryview, number: int | None) -> bytes | None:
    cipher = keys.cipher(number) if number is not None else None
    if cipher is None:
        return None
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except InvalidTag:
        raise Damaged from None
