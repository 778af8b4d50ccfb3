"""Which keys letters are signed with. Apart from the signing itself, which takes 8 MB of memory where no key is configured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """A key, and whose letters it signs."""

    domain: str  # of the brands' addresses, or a parent of it
    selector: str  # under which its public half is published
    key_file: str  # PEM, RSA or Ed25519, in the data folder
