"""The key file: one signing key a line, "<id> <secret in hexadecimal>". The first one signs, all of them verify.

To change keys put a new line on top, and take the old one away when the addresses that it signed are no longer good.
"""

from __future__ import annotations

import re
from base64 import b64encode

from intake.policy import Key

MIN_BYTES = 16
LINE = re.compile(r"([a-z0-9]{1,2})\s+([0-9a-fA-F]+)")


def new_file(secret: bytes, *, key_id: str = "a") -> str:
    """The text of a key file for 32 random bytes."""
    return f"# The first key signs, all of them verify. Whoever has this file can write in our name.\n{key_id} {secret.hex()}\n"


def new_webhook_secrets(secret: bytes) -> str:
    """The text of a first file of webhook secrets (Standard Webhooks) for 32 random bytes."""
    return f"whsec_{b64encode(secret).decode()}\n"


def read(text: str) -> tuple[tuple[Key, ...], list[str]]:
    """The keys in a key file, and what is wrong with it. No secret is repeated in a fault."""
    keys: list[Key] = []
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.fullmatch(line.strip())
        if not match or len(match[2]) % 2 or len(match[2]) < 2 * MIN_BYTES:
            faults.append(
                f"line {number} is no key: it should be an id of one or two letters or digits, a blank, and 64 hex digits"
            )
        elif any(key.id == match[1] for key in keys):
            faults.append(f"line {number} uses the id {match[1]} a second time")
        else:
            keys.append(Key(id=match[1], secret=bytes.fromhex(match[2])))
    if not keys and not faults:
        faults.append("it holds no key")
    return tuple(keys), faults
