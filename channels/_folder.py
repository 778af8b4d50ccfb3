"""Writing a file so that it is there whole, or not at all: temporary name, fsync, rename, fsync of the folder."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path


def file_name(now: datetime, letter_id: str) -> str:
    """Of one outgoing letter: names sort by time."""
    return f"{now:%Y%m%dT%H%M%S.%fZ}-{letter_id}.eml"


def write(folder: Path, name: str, content: bytes) -> Path:
    """The file's path, once it is durable. Makes the folder where there is none. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path, draft = folder / name, folder / f".{name}.part"
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(folder)
    return path


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
