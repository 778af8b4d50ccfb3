"""Telling that two deliveries are the same mail: a hash of what does not change on the way.

The body and the headers the author's side wrote (RFC 5322) count. Trace headers do not: a second delivery, a retry and
another mailbox add their own. A Message-ID alone is never enough, because anybody can repeat one.
"""

from __future__ import annotations

import re
from hashlib import sha256

_STABLE = (b"message-id", b"date", b"from", b"to", b"cc", b"subject", b"in-reply-to", b"references")
_FOLD = re.compile(rb"\n[ \t]+")


def fingerprint(blob: bytes) -> str:
    """64 hexadecimal digits: the same for the same mail by another way, and for nothing else.

    Line endings, folding and blank lines at the end do not count. Where there is no Message-ID, which includes everything
    that is no mail, every byte counts: better one contact too many than one complaint too few. Linear.
    """
    text = blob.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")
    head, _, body = text.partition(b"\n\n")
    fields = _stable_fields(head)
    if not any(name == b"message-id" and value for name, value in fields):
        return sha256(text).hexdigest()
    digest = sha256()
    for name, value in fields:
        digest.update(b"%b:%b\n" % (name, value))
    digest.update(b"\n")
    digest.update(body)
    return digest.hexdigest()


def _stable_fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """The stable headers, grouped by name in a fixed order; a repeated one keeps its place among its equals."""
    fields = []
    for line in _FOLD.sub(b" ", head).split(b"\n"):
        name, colon, value = line.partition(b":")
        if colon and (known := name.strip().lower()) in _STABLE:
            fields.append((known, b" ".join(value.split())))
    return sorted(fields, key=lambda each: _STABLE.index(each[0]))
