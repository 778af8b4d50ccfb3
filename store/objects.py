"""An object store: a folder, or a bucket of S3, that holds blobs by their SHA-256.

The library's asynchronous functions end the whole process where one is under way as the interpreter ends, so the blocking ones
are used, and called in threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from intake.ports import TryLater

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Store

PROBE = "answerable-probe"
_CLIENT = {"connect_timeout": "3s", "read_timeout": "8s", "timeout": "10m", "allow_http": True}
_RETRIES = {"max_retries": 1, "retry_timeout": timedelta(seconds=5)}
_AT_ONCE = 1  # parts of a large one: several would share a slow line, and none be through in time


class ObjectsDown(TryLater):
    """The object store did not do what it was asked. The argument is a slug of why."""


class Objects:
    """The object store at `s3://bucket/prefix`, `file:///folder` or a folder's path. It is opened when it is first used.

    Every function blocks, and raises ObjectsDown. Whatever S3 needs besides is in the environment (AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL and so on).
    """

    def __init__(self, url: str, unseal: Callable[[bytes], bytes | None] = bytes) -> None:
        """`unseal` makes the bytes that a SHA-256 is of from those that are kept, which are sealed."""
        self._url = url
        self._unseal = unseal
        self._folder = None if url.startswith("s3://") else Path(url.removeprefix("file://"))

    def put(self, blob_id: str, content: bytes | bytearray) -> None:
        """Have these bytes there: durable, read back and compared when it returns. Again is as good as once."""
        self._put(_path(blob_id), content)
        if not self.holds(blob_id):
            raise ObjectsDown("changed")

    def holds(self, blob_id: str) -> bool | None:
        """Whether exactly the bytes with this SHA-256 are there; None where there are none."""
        with _trouble():
            try:
                kept = self._store.get(_path(blob_id)).bytes().to_bytes()
            except FileNotFoundError:
                return None
        return self._opened(blob_id, kept) is not None

    def get(self, blob_id: str) -> bytes:
        """The bytes with this SHA-256."""
        with _trouble():
            kept = bytes(self._store.get(_path(blob_id)).bytes())
        content = self._opened(blob_id, kept)
        if content is None:
            raise ObjectsDown("changed")
        return content

    def delete(self, blob_id: str) -> None:
        """Have nothing there under this name, durably; again is as good as once."""
        with _trouble():
            with suppress(FileNotFoundError):
                self._store.delete(_path(blob_id))
            if self._folder and (parent := (self._folder / _path(blob_id)).parent).exists():
                _sync(parent, self._folder)

    def probe(self) -> None:
        """Write something small, and read it."""
        self._put(PROBE, b"Answerable can write here.\n")
        with _trouble():
            self._store.get(PROBE).bytes()

    def _opened(self, blob_id: str, kept: bytes) -> bytes | None:
        """None where these are not the bytes, or nobody can read them any more."""
        with suppress(ValueError):  # they were changed
            plain = self._unseal(kept)
            return plain if plain is not None and sha256(plain).hexdigest() == blob_id else None
        return None

    def _put(self, path: str, content: bytes | bytearray) -> None:
        with _trouble():
            self._store.put(path, content, max_concurrency=_AT_ONCE)
            if self._folder:
                _sync(self._folder / path, self._folder)

    @cached_property
    def _store(self) -> LocalStore | S3Store:
        """Loaded where it is used, and only there: 15 MB of library."""
        from obstore.store import LocalStore, S3Store

        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return LocalStore(self._folder)
        parts = urlsplit(self._url)
        prefix = parts.path.strip("/") or None
        return S3Store(parts.netloc, prefix=prefix, client_options=_CLIENT, retry_config=_RETRIES)  # type: ignore[arg-type]


def _path(blob_id: str) -> str:
    """No folder becomes too large: 65,536 of them."""
    return f"{blob_id[:2]}/{blob_id[2:4]}/{blob_id}"


def _sync(file: Path, folder: Path) -> None:
    """The library writes and deletes without fsync: have the file on disk, and every name on the way to it."""
    for path in (file, *file.parents):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if path == folder.parent:
            return


@contextmanager
def _trouble() -> Iterator[None]:
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError) as fault:
        raise ObjectsDown(type(fault).__name__) from None
