"""The secret that opens one chat, and the name the rest of the daemon knows that chat by.

The browser holds the secret. We store and log only the conversation made from it, so that nobody who reads our database or
logs can read along in a chat. A secret is signed: what we never gave out opens nothing, and nothing need be looked up.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from intake.policy import Key
from intake.ports import Ids

_SECRET = re.compile(r"([a-z0-9]{32,64})-([0-9a-f]{32})", re.ASCII)


def open_session(ids: Ids, keys: Sequence[Key]) -> str:
    """A new secret. The first key signs."""
    token = ids.token()
    return f"{token}-{_mark(keys[0], token)}"


def conversation(secret: str, keys: Sequence[Key]) -> str | None:
    """The conversation that a secret opens, 32 hexadecimal digits; None where no key of ours signed it."""
    found = _SECRET.fullmatch(secret)
    if not found or not any(hmac.compare_digest(found[2], _mark(key, found[1])) for key in keys):
        return None
    return hashlib.sha256(secret.encode()).hexdigest()[:32]


def _mark(key: Key, token: str) -> str:
    return hmac.new(key.secret, b"chat session " + token.encode(), "sha256").hexdigest()[:32]
