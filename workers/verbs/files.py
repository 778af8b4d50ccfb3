"""Messages out of files: single mails, mboxes, Maildirs, folders, bare texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from intake.fingerprint import fingerprint
from intake.message import Envelope, MediaType, RawMessage

Format: TypeAlias = Literal["eml", "mbox", "text", "html"]
MEDIA: dict[str, MediaType] = {"text": "text/plain", "html": "text/html"}


def messages(path: Path, form: Format, *, now: datetime) -> Iterator[RawMessage]:
    """The messages of one file, in order. Raises OSError for a file that cannot be read."""
    if form == "mbox":
        for number, blob in enumerate(mbox(path)):
            yield raw(blob, f"{path}:{number}", now=now)
    else:
        yield raw(path.read_bytes(), str(path), now=now, media_type=MEDIA.get(form, "message/rfc822"))


def raw(blob: bytes, source_id: str, *, now: datetime, media_type: MediaType = "message/rfc822") -> RawMessage:
    """A message from a file, as if it had just come in."""
    return RawMessage(
        channel="file", account="file", source_id=source_id, blob=blob, media_type=media_type, received_at=now
    )


def mbox(path: Path) -> Iterator[bytes]:
    """The messages of an mbox, "From " lines taken off and ">From " taken back. Raises OSError."""
    lines: list[bytes] | None = None
    before = b""
    with path.open("rb") as file:
        for line in file:
            if line.startswith(b"From ") and not before.strip():
                if lines is not None:
                    yield b"".join(lines)
                lines = []
            elif lines is not None:
                lines.append(line[1:] if line.startswith(b">From ") else line)
            elif line.strip():
                lines = [line]  # no separator at the top: one bare message
            before = line
    if lines:
        yield b"".join(lines)


def stored(path: Path) -> Iterator[bytes]:
    """Every mail under a path: an .eml file, a Maildir, an mbox, or a folder of .eml files. Raises OSError."""
    if path.is_dir() and (path / "cur").is_dir():
        from mailbox import Maildir  # for this verb alone

        box = Maildir(path, create=False)
        for key in sorted(box.keys()):
            yield box.get_bytes(key)
    elif path.is_dir():
        for file in sorted(path.rglob("*.eml")):
            yield file.read_bytes()
    elif path.suffix.lower() == ".eml":
        yield path.read_bytes()
    else:
        yield from mbox(path)


def imported(blob: bytes, account: str, *, received_at: datetime) -> RawMessage:
    """A stored mail as history: filed, and nobody gets a letter. The same content is the same message wherever it lay."""
    return RawMessage(
        channel="import",
        account=account,
        source_id=fingerprint(blob) or hashlib.sha256(blob).hexdigest(),
        envelope=Envelope(),
        blob=blob,
        received_at=received_at,
        quiet=True,
    )
