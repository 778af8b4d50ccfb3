"""The keys that personal data is sealed with, in a store of its own: whoever destroys a key has erased all that it sealed.

Never in the same backup as the database: that is what makes old backups of a person unreadable. Keys are made ahead, many to
a commit, so that a number which a transaction uses is durable before that transaction is, and costs it nothing.
AES-256-GCM (NIST SP 800-38D); marks are HMAC-SHA-256 (RFC 2104).
"""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from threading import RLock

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Connection, Engine, LargeBinary, MetaData, Table, Text, bindparam, insert, select, text
from sqlalchemy import update as changing

from store.columns import Id, Utc

KEYS = MetaData()
SCHEMA = "answerable_keys"  # on PostgreSQL, so that a dump can leave it out
key = Table(
    "key",
    KEYS,
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("secret", LargeBinary),  # NULL: destroyed
    Column("destroyed_at", Utc),
)
tombstone = Table("tombstone", KEYS, Column("mark", Text, primary_key=True))

INDEX = 0  # the number of the key that marks are made with
AHEAD = 500  # keys of a commit
REMEMBERED = 5_000
_BYTES = 32  # of a secret: AES-256
_MARKED = 1_000  # texts whose marks are remembered: those of a message are asked for several times
_LATEST = select(key.c.number).order_by(key.c.number.desc()).limit(1)
_SECRET = select(key.c.secret, key.c.destroyed_at).where(key.c.number == bindparam("number"))
_DESTROY = (
    changing(key)
    .where(key.c.number == bindparam("which"), key.c.secret.is_not(None), key.c.number != INDEX)
    .values(secret=None, destroyed_at=bindparam("at", type_=Utc))
)
_BURIED = select(tombstone.c.mark).where(tombstone.c.mark.in_(bindparam("marks", expanding=True)))
_DESTROYED = select(key.c.number).where(key.c.destroyed_at.is_not(None))
_STATES = select(key.c.number, key.c.destroyed_at).where(key.c.number.in_(bindparam("numbers", expanding=True)))
_ALONE = text("SELECT pg_advisory_xact_lock(7305813)")  # nodes that make the tables, or change them, at the same time
# Writes PostgreSQL's file anew, with what this transaction sees and nothing else. VACUUM would keep what any older one may see.
_ANEW = text(f"ALTER TABLE {SCHEMA}.key ALTER COLUMN secret TYPE bytea USING secret || ''::bytea")


class Keyring:
    """The keys in the database of `engine`, which is opened when the first one is needed. Threads and nodes share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = RLock()
        self._ready = False
        self._ahead: list[tuple[int, bytes]] = []
        self._known: dict[int, AESGCM | None] = {}
        self._index = b""
        self._mark = lru_cache(maxsize=_MARKED)(self._marked)
        self._graves: bool | None = None  # whether there are any

    def fresh(self) -> int:
        """The number of a key that nothing was sealed with yet."""
        with self._lock:
            if not self._ahead:
                self._ahead = self._make()
            number, secret = self._ahead.pop()
            self._remember(number, AESGCM(secret))
            return number

    def cipher(self, number: int) -> AESGCM | None:
        """What seals and unseals with this key; None where there is none, or none any more."""
        with self._lock:
            if number not in self._known:
                with self._begin() as tx:
                    row = tx.execute(_SECRET, {"number": number}).one_or_none()
                self._remember(number, AESGCM(row.secret) if row is not None and row.secret else None)
            return self._known[number]

    def mark(self, words: str) -> str:
        """What stands for a text where it is only looked up by: it cannot be guessed without the keyring."""
        return self._mark(words)

    def forget(self) -> None:
        """Ask again for every key: another process may have destroyed it. Texts that were marked are forgotten, too."""
        with self._lock:
            self._known.clear()
            self._mark.cache_clear()
            self._graves = None

    def destroy(self, numbers: Iterable[int], marks: Iterable[str], *, at: datetime) -> None:
        """Erase all that these keys sealed, and bury these marks: durable, and out of the file, when it returns.

        SQLite overwrites what it deletes, and is set to keep no log.
        """
        with self._lock:
            with self._begin() as tx:
                _take_turns(tx)
                if doomed := [{"which": number, "at": at} for number in numbers]:
                    tx.execute(_DESTROY, doomed)
                fresh = sorted(set(marks) - self._buried(tx, sorted(set(marks))))
                if fresh:
                    tx.execute(insert(tombstone), [{"mark": each} for each in fresh])
                if tx.dialect.name == "postgresql":
                    tx.execute(_ANEW)
            self.forget()

    def buried(self, words: Sequence[str]) -> set[str]:
        """Which of these are of what was erased. As long as nothing was, that is known without a look."""
        with self._lock:
            if self._graves is None:
                with self._begin() as tx:
                    self._graves = tx.scalar(select(tombstone.c.mark).limit(1)) is not None
            if not self._graves:
                return set()
            marked = {self.mark(each): each for each in words}
            with self._begin() as tx:
                return {marked[each] for each in self._buried(tx, list(marked))}

    def destroyed(self) -> list[int]:
        """The numbers of all keys that were destroyed."""
        with self._lock, self._begin() as tx:
            return list(tx.scalars(_DESTROYED))

    def alive(self, numbers: Collection[int]) -> dict[int, bool]:
        """Whether these keys are there still; those that never were are left out."""
        with self._lock, self._begin() as tx:
            found = tx.execute(_STATES, {"numbers": list(numbers)}) if numbers else ()
            return {row.number: row.destroyed_at is None for row in found}

    def empty(self) -> bool:
        """Nothing was ever sealed with it."""
        with self._lock, self._begin() as tx:
            return tx.scalar(_LATEST) is None

    def copy(self, other: Keyring) -> None:
        """Have all keys and marks in another, empty ring as well."""
        with self._lock, other._lock, self._begin() as tx, other._begin() as goal:
            for table in KEYS.sorted_tables:
                if rows := [dict(row) for row in tx.execute(select(table)).mappings()]:
                    goal.execute(insert(table), rows)

    def dispose(self) -> None:
        self._engine.dispose()

    def _marked(self, words: str) -> str:
        digest = hmac.digest(self._index or self._find_index(), words.encode("utf-8", "surrogatepass"), sha256)
        return urlsafe_b64encode(digest[:18]).decode()

    def _remember(self, number: int, cipher: AESGCM | None) -> None:
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[number] = cipher

    def _make(self) -> list[tuple[int, bytes]]:
        self.mark("")  # the first number is the index's
        with self._begin() as tx:
            _take_turns(tx)
            first = (tx.scalar(_LATEST) or INDEX) + 1
            drawn = os.urandom(AHEAD * _BYTES)  # at once, for each draw lets all other threads go first
            made = [(first + step, drawn[step * _BYTES : (step + 1) * _BYTES]) for step in range(AHEAD)]
            # Something to return makes it one statement; on PostgreSQL each row would be one of its own.
            tx.execute(
                insert(key).returning(key.c.number), [{"number": number, "secret": secret} for number, secret in made]
            )
        return made[::-1]

    def _find_index(self) -> bytes:
        with self._lock, self._begin() as tx:
            _take_turns(tx)
            row = tx.execute(_SECRET, {"number": INDEX}).one_or_none()
            secret = row.secret if row is not None else os.urandom(_BYTES)
            if row is None:
                tx.execute(insert(key), {"number": INDEX, "secret": secret})
        self._index = secret
        return self._index

    def _buried(self, tx: Connection, marks: Sequence[str]) -> set[str]:
        return set(tx.scalars(_BURIED, {"marks": marks})) if marks else set()

    def _begin(self) -> AbstractContextManager[Connection]:
        if not self._ready:
            self._prepare()
        return self._engine.begin()

    def _prepare(self) -> None:
        with self._engine.begin() as tx:
            _take_turns(tx)
            if tx.dialect.name == "postgresql":
                tx.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            KEYS.create_all(tx)
        self._ready = True


def _take_turns(tx: Connection) -> None:
    """On SQLite every transaction here is alone from its beginning."""
    if tx.dialect.name == "postgresql":
        tx.execute(_ALONE)
