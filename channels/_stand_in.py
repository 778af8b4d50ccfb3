"""What stands in the register for a message that could not be had whole: who wrote, and where people find it."""

from __future__ import annotations

import re

TOO_LARGE = "is larger than this mailbox takes in"
WITHHELD = "was not handed out by the mail server"

_OF_THE_BODY = re.compile(rb"(?:content-[!-9;-~]*|mime-version)[ \t]*:", re.IGNORECASE)


def stand_in(head: bytes, why: str, *, folder: str, uid: int) -> bytes:
    """A mail with the message's own header, as far as there is one, and one sentence in place of its body."""
    fields = b"".join(field for field in _fields(head) if not _OF_THE_BODY.match(field))
    note = f"[A message came that {why}. It is still there to be read: folder {folder}, message {uid}.]"
    own = (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + note.encode() + b"\r\n"
    )
    return (fields or b"Subject: A message that could not be fetched\r\n") + own


def _fields(head: bytes) -> list[bytes]:
    """The fields of a header, each with the lines that continue it."""
    fields: list[bytes] = []
    for line in head.strip(b"\r\n").splitlines():
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += line + b"\r\n"
        else:
            fields.append(line + b"\r\n")
    return fields
