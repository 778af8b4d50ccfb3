"""Who wrote, where that decides something: one strict reading of From, which refuses whatever two readers could read apart.

RFC 5322 section 3.4 without comments (but for a plain name in brackets behind a bare address), groups, routes, quoted local
parts and repetition; RFC 6531 local parts are refused too.
A refused identity costs a person a look; a wrong one would let a stranger speak. The mail itself is always kept.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from intake.message import Message
from intake.mime.encoded_words import decode

MAX_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
MAX_FIELD = 2_000

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"')
_WORD = r'[^\s"(),:;<>@\[\]\\]++'
_MAILBOX = re.compile(rf'(?P<name>(?:{_QUOTED.pattern}|{_WORD}|\s++)*+)<(?P<addr>[^\s<>"]++)>|(?P<bare>[^\s<>"]++)')
_NAME_BEHIND = re.compile(
    rf"(?P<addr>{_WORD}@{_WORD})[ \t]+\((?P<name>[^()<>@\"\\:;,\[\]]{{1,200}})\)"
)  # before RFC 822
_ADDRESS_LIKE = re.compile(r"[^\s<>()\"',;:@]{1,64}@[^\s<>()\"',;:@]{1,255}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")  # all but the tab
_HIDDEN = re.compile("[\u200b\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]")  # reorder or hide what is shown
_LOOKALIKES = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}

# What a From line may not hold once each quoted string in it stands as one \x01, and what it is called.
_ODDITIES = (
    ("from-syntax", re.compile(r'["\\\[\]]')),
    ("from-comment", re.compile(r"[()]")),
    ("from-quoted-local", re.compile(r"\x01\s*@")),
    ("from-route", re.compile(r"<\s*@")),
    ("from-group", re.compile(r"[:;]")),
    ("from-several", re.compile(r",")),
    ("from-encoded-address", re.compile(r"<[^>]*=\?|=\?[^\s<]*@[^<]*$")),
)


def canonical(addr: str) -> str | None:
    """The one form of a bare addr-spec for comparing and sending: lower case, domain in ASCII (IDNA). None where in doubt."""
    return _known(addr) if len(addr) <= MAX_ADDRESS else None


def _canonical(addr: str) -> str | None:
    try:
        valid = validate_email(addr, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False)
    except (EmailNotValidError, UnicodeError):
        return None
    return valid.ascii_email.lower() if valid.ascii_email and _plain(addr, valid.domain) else None


# Each address is asked about several times a message, and people write more than once.
_known = lru_cache(maxsize=4_096)(_canonical)


def sender(message: Message) -> tuple[str | None, str | None]:
    """(address, None): the canonical address of a From line that cannot be read in two ways; or (None, why not).

    Why not: from-missing, from-repeated, from-long, from-syntax, from-comment, from-quoted-local, from-route, from-group,
    from-several, from-encoded-address, from-hidden, from-name (it shows another address) or from-address.
    """
    lines = message.header_all("from")
    if len(lines) != 1:
        return None, "from-repeated" if lines else "from-missing"
    line = lines[0].strip(" \t")
    behind = _NAME_BEHIND.fullmatch(line)
    refusal = _oddity(line if not behind else f"{behind['addr']} {behind['name']}")
    match = None if refusal else behind or _MAILBOX.fullmatch(line)
    if not match:
        return None, refusal or ("from-name" if line.count("@") > 1 else "from-syntax")
    found = match.groupdict("")
    address = canonical(found["addr"] or found["bare"])
    if not address:
        return None, "from-address"
    refusal = _name_refusal(found["name"], found["addr"], address)
    return (None, refusal) if refusal else (address, None)


def _plain(written: str, domain: str) -> bool:
    """Whether an address' domain is written as it is, not mapped from full-width letters and the like, and mixes no alphabets."""
    alphabets = {unicodedata.name(c, "").partition(" ")[0] for c in domain if c.isalpha()}
    return (written.isascii() or written.lower().endswith(f"@{domain}")) and len(alphabets & _LOOKALIKES) < 2


def _oddity(line: str) -> str | None:
    if len(line) > MAX_FIELD:
        return "from-long"
    if _CONTROL.search(line):
        return "from-hidden"
    outside = _QUOTED.sub("\x01", line)
    return next((slug for slug, pattern in _ODDITIES if pattern.search(outside)), None)


def _name_refusal(name: str, written: str, address: str) -> str | None:
    """A display name that hides characters, or shows an address that is not the sender's."""
    shown = unicodedata.normalize("NFKC", decode(name)[0])
    if _HIDDEN.search(shown) or _CONTROL.search(shown):
        return "from-hidden"
    others = {hit.lower() for hit in _ADDRESS_LIKE.findall(shown)} - {address, written.lower()}
    return "from-name" if others else None
