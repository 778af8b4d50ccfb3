"""How much room there is on disk: intake pauses while a reserve is left, so that the database never meets a full disk.

What was accepted before goes on meanwhile: it is decided and answered out of the reserve.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.settings import Space as Reserve
from intake.ports import NoSpace

COPIES = 2  # of a message on its way into SQLite: one in the log, one in the database


class Space:
    """The file systems behind some folders, as they are at this moment."""

    def __init__(self, folders: Iterable[Path], reserve: Reserve) -> None:
        self._folders = tuple({_there(folder).stat().st_dev: _there(folder) for folder in folders}.values())
        self._reserve = reserve
        self._underway = 0  # bytes that are being kept now

    def lacking(self, size: int = 0) -> str:
        """What is missing to keep so many bytes more: "space", "files" or "write_access"; "" when all is well."""
        return self._missing(self._reserve.bytes + COPIES * (self._underway + size))

    def require_reserve(self) -> None:
        """Others have filled the disk meanwhile: what takes long ends before the database meets a full one. Raises `NoSpace`."""
        if slug := self._missing(self._reserve.bytes):
            raise NoSpace(slug)

    @contextmanager
    def room(self, size: int) -> Iterator[None]:
        """Room for so many bytes while they are being kept. Raises `NoSpace`."""
        if slug := self.lacking(size):
            raise NoSpace(slug)
        self._underway += size
        try:
            yield
        finally:
            self._underway -= size

    def _missing(self, wanted: int) -> str:
        return next((slug for folder in self._folders if (slug := _lacking(folder, wanted, self._reserve.files))), "")


def _lacking(folder: Path, wanted: int, files: int) -> str:
    disk = os.statvfs(folder)
    if disk.f_flag & os.ST_RDONLY:
        return "write_access"
    if disk.f_files and disk.f_favail < files:  # some file systems have no limit, and say nought
        return "files"
    return "space" if disk.f_bavail * disk.f_frsize < wanted else ""


def _there(folder: Path) -> Path:
    """The folder, or what there is already of the way to it."""
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())
