"""Who may log in: a file of staff logins and scrypt hashes (RFC 7914), for authenticated submission (RFC 4954, RFC 4616).

One login a line, as `login:$scrypt$ln=14,r=8,p=1$salt$hash`, with salt and hash in base64 without padding; "#" begins a comment.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import scrypt
from pathlib import Path

_LINE = re.compile(r"([^:\s]+):\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)", re.ASCII)
COST = 14  # log2 of scrypt's n: about 50 ms and 16 MB
MAX_MEMORY = 128 * 1024 * 1024
MAX_PASSWORD = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """A password that can be checked and not read."""

    cost: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    def matches(self, password: bytes) -> bool:
        """Takes about 50 ms on purpose: call it off the event loop."""
        return hmac.compare_digest(_digest(password, self.salt, self.cost, self.r, self.p), self.digest)


NOBODY = Secret(
    cost=COST, r=8, p=1, salt=b"nobody", digest=b""
)  # so that an unknown login takes as long as a known one


def read_accounts(path: Path) -> Mapping[str, Secret]:
    """Logins and their secrets. Raises OSError, and ValueError naming the first line that cannot be read."""
    accounts = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if not match:
            raise ValueError(f"line {number} of the accounts file is not login:$scrypt$...")
        login, cost, r, p, salt, digest = match.groups()
        accounts[login] = Secret(cost=int(cost), r=int(r), p=int(p), salt=_decoded(salt), digest=_decoded(digest))
    return accounts


def account_line(login: str, password: str, salt: bytes) -> str:
    """A line for the accounts file. The salt is 16 random bytes."""
    digest = _digest(password.encode(), salt, COST, 8, 1)
    return f"{login}:$scrypt$ln={COST},r=8,p=1${_encoded(salt)}${_encoded(digest)}"


def proves(accounts: Mapping[str, Secret], login: bytes, password: bytes) -> str | None:
    """The login, when the password is its own. Slow on purpose: call it off the event loop."""
    name = login.decode("utf-8", "replace")
    matches = accounts.get(name, NOBODY).matches(password[:MAX_PASSWORD])
    return name if matches and name in accounts else None


def _digest(password: bytes, salt: bytes, cost: int, r: int, p: int) -> bytes:
    return scrypt(password, salt=salt, n=2**cost, r=r, p=p, maxmem=MAX_MEMORY, dklen=32)


def _encoded(value: bytes) -> str:
    return b64encode(value).decode().rstrip("=")


def _decoded(value: str) -> bytes:
    return b64decode(value + "=" * (-len(value) % 4))
