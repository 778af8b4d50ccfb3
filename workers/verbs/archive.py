"""A new zip file that is made whole or not at all, and byte for byte the same of the same members at the same time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_PRIVATE = 0o600
_MODE_SHIFT = 16  # of the file mode, in a member's attributes


class Archive:
    """What members are put into. Their names are the caller's: nothing of a stranger's may be in them unread."""

    def __init__(self, file: ZipFile, at: datetime) -> None:
        self._file = file
        self._date = at.astimezone(UTC).timetuple()[:6]

    def add(self, name: str, content: bytes) -> None:
        member = ZipInfo(name, self._date)
        member.compress_type = ZIP_DEFLATED
        member.external_attr = _PRIVATE << _MODE_SHIFT
        self._file.writestr(member, content)


@contextmanager
def archive(path: Path, *, at: datetime) -> Iterator[Archive]:
    """Raises FileExistsError where there is a file already. On any fault nothing is left."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, _PRIVATE)
    try:
        with os.fdopen(handle, "w+b") as out, ZipFile(out, "w") as file:
            yield Archive(file, at)
    except BaseException:
        path.unlink()
        raise
