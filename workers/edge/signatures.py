"""The signatures on one mail: DKIM (RFC 6376, 8301, 8463) and the chain of those who handed it on, ARC (RFC 8617), by dkimpy.

Keys are fetched before, by name, so that nothing here waits. Nothing that a stranger writes makes it raise.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from dkim import ARC, DKIM, CV_Pass
from dkim.util import InvalidTagValueList, parse_tag_value

MAX_SIGNATURES = 8
MAX_SETS = 8  # of ARC; chains are as long as the mail has had stations
MIN_KEY = 1024  # bits, RFC 8301
_SILENT = logging.getLogger("answerable.silent")  # dkimpy's would name domains
_SILENT.disabled = True
_KINDS = {b"dkim-signature": MAX_SIGNATURES, b"arc-seal": MAX_SETS, b"arc-message-signature": MAX_SETS}
_TESTING = re.compile(r"(?:^|;)\s*t\s*=[^;]*\by\b")

Tags = Mapping[bytes, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """Whose signatures are good."""

    dkim: tuple[str, ...] = ()  # domains
    unknown: tuple[str, ...] = ()  # domains that may have signed it, but the DNS did not give their keys
    sealers: tuple[str, ...] = ()  # the domains of an ARC chain that is whole, the latest first
    first_said: str = ""  # what the first of them found out: the value of its ARC-Authentication-Results


def key_names(blob: bytes) -> tuple[str, ...]:
    """The DNS names of all keys that are needed."""
    names = (_key_name(tags) for _, tags in _tags(_parsed(blob), *_KINDS))
    return tuple(dict.fromkeys(name for name in names if name))


def verify(blob: bytes, keys: Mapping[str, str | None]) -> Signed:
    """Check every signature with these keys: "" where there is none, None where the DNS gave no answer. Never raises."""
    mail = _parsed(blob)
    if mail is None:
        return Signed()
    mine = [(index, tags) for index, tags in _tags(mail, b"dkim-signature") if _sound(tags)]
    good = [tags for index, tags in mine if _is_good(mail, index, tags, keys)]
    unknown = [tags for _, tags in mine if keys.get(_key_name(tags)) is None]
    sealers, first_said = _chain(blob, mail, keys)
    return Signed(dkim=_domains(good), unknown=_domains(unknown), sealers=sealers, first_said=first_said)


def _parsed(blob: bytes) -> DKIM | None:
    try:
        return DKIM(blob, logger=_SILENT, minkey=MIN_KEY)
    except Exception:  # it raises many kinds for a header that is none
        return None


def _tags(mail: DKIM | None, *kinds: bytes) -> Iterator[tuple[int, Tags]]:
    """The readable signatures of these kinds, as many as are looked at, with their number among their kind."""
    for kind in kinds:
        values = [value for name, value in mail.headers if name.lower() == kind] if mail else []
        for index, value in enumerate(values[: _KINDS[kind]]):
            try:
                yield index, parse_tag_value(value)
            except (InvalidTagValueList, ValueError):
                continue


def _sound(tags: Tags) -> bool:
    """Whether a signature could prove anything: not by SHA-1, over From, and over the whole body."""
    signed = {name.strip().lower() for name in tags.get(b"h", b"").split(b":")}
    return b"from" in signed and b"l" not in tags and tags.get(b"a") in (b"rsa-sha256", b"ed25519-sha256")


def _is_good(mail: DKIM, index: int, tags: Tags, keys: Mapping[str, str | None]) -> bool:
    if _TESTING.search(keys.get(_key_name(tags)) or ""):
        return False  # a key that is being tried out proves as little as no signature
    try:
        return bool(mail.verify(index, dnsfunc=_lookup(keys)))
    except Exception:  # dkimpy raises many kinds for what strangers write
        return False


def _chain(blob: bytes, mail: DKIM, keys: Mapping[str, str | None]) -> tuple[tuple[str, ...], str]:
    seals = [tags for _, tags in _tags(mail, b"arc-seal")]
    if not seals or not all(_sound(tags) for _, tags in _tags(mail, b"arc-message-signature")):
        return (), ""
    try:
        verdict, sets, _ = ARC(blob, logger=_SILENT, minkey=MIN_KEY).verify(dnsfunc=_lookup(keys))
    except Exception:
        return (), ""
    if verdict != CV_Pass:
        return (), ""
    return tuple(_text(each["as-domain"]).lower() for each in sets), _text(sets[-1]["aar-value"])


def _lookup(keys: Mapping[str, str | None]) -> Callable[..., str]:
    def fetched(name: bytes, timeout: float = 0) -> str:
        return keys.get(_text(name).rstrip(".").lower()) or ""

    return fetched


def _key_name(tags: Tags) -> str:
    selector, domain = tags.get(b"s", b""), tags.get(b"d", b"")
    return _text(selector + b"._domainkey." + domain).rstrip(".").lower() if selector and domain else ""


def _domains(signatures: list[Tags]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_text(tags[b"d"]).rstrip(".").lower() for tags in signatures))


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace")
