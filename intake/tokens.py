"""Signed addresses and marks: what only we can have written.

A signed address is one of the brand's addresses with a tag (RFC 5233): `help+s.hh48291357k.asha.507c.k<signature>@...`.
The signature is HMAC-SHA256 cut to 128 bits, over everything before it and the domain, in lower-case base32, because
gateways fold case. A mark proves that a letter is our own. Neither says who uses it: a copied address is still genuine.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from intake.policy import Brand, Key, Policy
from intake.reference import compact
from intake.signals import Direction, Token

MAX_LOCAL = 64  # octets of a local part, RFC 5321 section 4.5.3.1.1
MAX_ADDRESS = 320
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIGNATURE = r"[a-z2-7]{26}"
_KEY_ID = r"[a-z0-9]{1,2}"
_REF = r"[a-z]{2,4}[0-9]{8}[a-z]"
_NAME = r"[a-z0-9]{1,32}"
_FIELDS = {
    Direction.CUSTOMER: rf"(?P<ref>{_REF})",
    Direction.STAFF: rf"(?P<ref>{_REF})\.(?P<subject>{_NAME})\.(?P<expires>[0-9a-f]{{4}})",
    Direction.NOTE: rf"(?P<ref>{_REF})\.(?P<subject>{_NAME})\.(?P<expires>[0-9a-f]{{4}})",
    Direction.CONFIRM: rf"(?P<held>[0-9]{{1,11}})\.(?P<subject>{_NAME})\.(?P<expires>[0-9a-f]{{4}})",
    Direction.BOUNCE: rf"(?:(?P<ref>{_REF})\.)?(?P<subject>{_NAME})",
}
_TEXT = r"[!-*,-?A-~]+"  # visible ASCII but "+" and "@"
_SHAPES = [
    re.compile(
        rf"(?P<claim>{_TEXT}\+(?P<direction>{direction.value})\.{fields}\.(?P<key_id>{_KEY_ID}))"
        rf"(?P<signature>{_SIGNATURE})@(?P<domain>{_TEXT})"
    )
    for direction, fields in _FIELDS.items()
]
_MARK = re.compile(rf"(?P<letter>[a-z0-9]{{1,64}})\.(?P<key_id>{_KEY_ID})(?P<signature>{_SIGNATURE})")


def customer_address(policy: Policy, brand: Brand, ref: str) -> str:
    """Where the customer's replies go. It stays good for ever."""
    return _signed(policy, brand, Direction.CUSTOMER, compact(ref))


def staff_address(policy: Policy, brand: Brand, ref: str, person_id: str, now: datetime) -> str:
    """Where one staff member's answers to the customer go, for `policy.token_days` whole days from now."""
    return _signed(policy, brand, Direction.STAFF, compact(ref), person_id, _expiry(policy, now))


def note_address(policy: Policy, brand: Brand, ref: str, person_id: str, now: datetime) -> str:
    """Where one staff member's internal notes go, as long as `staff_address`."""
    return _signed(policy, brand, Direction.NOTE, compact(ref), person_id, _expiry(policy, now))


def confirm_address(policy: Policy, brand: Brand, held: int, person_id: str, now: datetime) -> str:
    """Where one staff member says that a mail which is held was theirs, as long as `staff_address`."""
    return _signed(policy, brand, Direction.CONFIRM, str(held), person_id, _expiry(policy, now))


def bounce_address(policy: Policy, brand: Brand, ref: str, letter_id: str) -> str:
    """The return path of one letter. `ref` may be "", and is left out where the address would be too long with it."""
    if ref:
        with suppress(ValueError):
            return _signed(policy, brand, Direction.BOUNCE, compact(ref), letter_id)
    return _signed(policy, brand, Direction.BOUNCE, letter_id)


def prove(address: str, keys: Sequence[Key]) -> Token | None:
    """What a signed address of ours says, or None. Folded case and surrounding <> do not matter.

    Whether it has expired is for the rule to judge: `Token.expires` is when.
    """
    match = _match(address)
    if not match:
        return None
    claim = f"{match['claim']}@{match['domain']}"
    if not _genuine(claim, match["key_id"], match["signature"], keys):
        return None
    said = match.groupdict()
    return Token(
        direction=Direction(said["direction"]),
        ref=said.get("ref") or "",
        subject=said.get("subject") or "",
        held=int(said.get("held") or 0),
        expires=_EPOCH + timedelta(days=int(said["expires"], 16)) if "expires" in said else None,
        key_id=said["key_id"],
    )


def looks_signed(address: str) -> bool:
    """Whether it has the shape of a signed address of ours, genuine or not."""
    return _match(address) is not None


def untagged(address: str) -> str:
    """The address without its plus tag, lower case, without <>."""
    local, at, domain = _plain(address).rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def mark(letter_id: str, key: Key) -> str:
    """The value of X-Answerable, which proves that a letter is our own."""
    return f"{letter_id}.{key.id}{_signature(letter_id, key)}"


def marked(value: str, keys: Sequence[Key]) -> str | None:
    """The id of the letter that a mark proves to be ours, or None."""
    match = _MARK.fullmatch(value.strip().lower())
    genuine = match and _genuine(match["letter"], match["key_id"], match["signature"], keys)
    return match["letter"] if match and genuine else None


def _signed(policy: Policy, brand: Brand, direction: Direction, *fields: str) -> str:
    """Raises ValueError where the address would be no longer valid or readable: ids must be short, in letters and digits."""
    key = policy.keys[0]
    base, domain = brand.addresses[0].lower().split("@")
    claim = f"{base}+{direction.value}.{'.'.join(fields)}.{key.id}"
    local = claim + _signature(f"{claim}@{domain}", key)
    address = f"{local}@{domain}"
    if len(local) > MAX_LOCAL or not looks_signed(address):
        raise ValueError("the brand's address, the person's id or the key's id does not fit into a signed address")
    return address


def _expiry(policy: Policy, now: datetime) -> str:
    """The first midnight (UTC) after the last good day, in days since 1970, in hexadecimal."""
    return f"{(now - _EPOCH).days + policy.token_days + 1:04x}"


def _plain(address: str) -> str:
    """Lower case, without <>. Some senders encode the plus sign of an address that they took from a web page."""
    return address.strip().removeprefix("<").removesuffix(">").strip().lower().replace("%2b", "+")


def _match(address: str) -> re.Match[str] | None:
    if len(address) > MAX_ADDRESS:
        return None
    plain = _plain(address)
    return next(filter(None, (shape.fullmatch(plain) for shape in _SHAPES)), None)


def _genuine(claim: str, key_id: str, signature: str, keys: Sequence[Key]) -> bool:
    return any(hmac.compare_digest(_signature(claim, key), signature) for key in keys if key.id == key_id)


def _signature(claim: str, key: Key) -> str:
    """26 letters and digits: 128 bits in base32."""
    digest = hmac.digest(key.secret, b"answerable\n" + claim.encode(), sha256)
    return b32encode(digest[:16])[:26].decode().lower()
