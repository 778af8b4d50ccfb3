"""Signatures by Standard Webhooks 1.0: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, with raw bytes throughout.

The `svix-` spelling of the three headers is the same thing. Many secrets and many signatures may be tried: that is how a secret
is replaced. An id stays the same when a sender tries again; the timestamp, and so the signature, does not.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from channels._hooks import Request

TOLERANCE = 300  # seconds, either way
SIGNATURES = 10  # looked at; more are noise

# Printable ASCII without spaces and dots: with a dot in it, id, timestamp and body could be divided in another way.
_ID = re.compile(r"[!-\-/-~]{1,200}", re.ASCII)
# Whole seconds are what is signed; the libraries of the standard bear with a fraction behind them.
_TIMESTAMP = re.compile(r"([0-9]{1,12})(?:\.[0-9]{1,9})?", re.ASCII)


def message_id(request: Request) -> str:
    """The id of a request; "" without one, or with two."""
    return request.header("webhook-id", "svix-id")


def verify(request: Request, secrets: Sequence[str], now: datetime, *, tolerance: int = TOLERANCE) -> str | None:
    """Why the request proves nothing (a slug), or None. Never raises, whatever the headers hold."""
    name, timestamp = message_id(request), request.header("webhook-timestamp", "svix-timestamp")
    signatures = request.header("webhook-signature", "svix-signature")
    if not (name and timestamp and signatures):
        return "signature_missing"
    seconds = _TIMESTAMP.fullmatch(timestamp)
    if not _ID.fullmatch(name) or not seconds:
        return "signature_malformed"
    given = [part.encode("utf-8", "replace") for part in signatures.split(" ", SIGNATURES)[:SIGNATURES]]
    ours = [sign(secret, name, seconds[1], request.body).encode() for secret in secrets if _key(secret)]
    # No short cut: how long it takes must not tell which secret or signature came near.
    if not sum([hmac.compare_digest(theirs, own) for theirs in given for own in ours]):
        return "signature_wrong"
    # Judged last, so that only the owner of a secret learns what our clock says.
    return "timestamp_stale" if abs(now.timestamp() - int(seconds[1])) > tolerance else None


def sign(secret: str, name: str, timestamp: str, body: bytes) -> str:
    """The signature of one message, to be sent in `webhook-signature`."""
    signed = f"{name}.{timestamp}.".encode() + body
    # Not hmac.digest: it lets other threads in for the shortest text, and then waits for its turn.
    return "v1," + b64encode(hmac.new(_key(secret), signed, "sha256").digest()).decode()


@lru_cache(maxsize=100)
def _key(secret: str) -> bytes:
    """The bytes of a secret, with or without its prefix and its padding; b"" for one that is not base64."""
    try:
        return b64decode(secret.removeprefix("whsec_") + "==")
    except ValueError:
        return b""
