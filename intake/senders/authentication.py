"""Whether the From domain stands behind a mail: what we found out ourselves, or what our own border server says about it.

The border says it in Authentication-Results (RFC 8601). Anybody can write such a header, so only these count:

- mail that came from behind our own border, by LMTP or out of our own mailbox;
- headers with an authserv-id that the company configured, written plainly;
- headers above the first trace of a foreign server. The topmost Received is the border's own or nearer; further ones are ours
  where they name one of our authserv-ids after "by", or where nothing was received "from" anywhere. RFC 8601 section 5 has the
  border remove what claims its id from outside; where it does not, its own verdict makes two, and two are none.

Whatever the grammar does not allow makes the whole verdict unknown. It never makes it a pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from intake.message import Checked, Message, RawMessage
from intake.mime import headers, prescan
from intake.mime.head import Head
from intake.policy import Policy
from intake.senders.identity import canonical, sender
from intake.signals import Dmarc

MAX_HEAD = 65_536  # bytes at the top of the message that are looked at
BEHIND_THE_BORDER = frozenset({"lmtp", "imap"})

Verdict: TypeAlias = tuple[str, str]  # the result's keyword, and the From domain it is about, "" where not clearly said

_UNREADABLE: Verdict = ("", "")
_SAID = {"pass": Dmarc.PASS, "fail": Dmarc.FAIL, "none": Dmarc.NONE, "temperror": Dmarc.TEMPERROR}
_FOLD = re.compile(r"\r?\n[ \t]")
_LEXEME = re.compile(r"\\.?|[\"()]|[^\\\"()]+", re.DOTALL)
_QUOTED = re.compile(r'"[^"]*"')
_ID = re.compile(r"\s*([A-Za-z0-9._\-]++)(?:\s+1)?\s*")
_PAIR = r"\s*([A-Za-z0-9][A-Za-z0-9._\-/]*+)\s*=\s*(\"|[^\s;\"()]++)(?=\s|$)"
# The group may give back: before Python 3.11.5 one that may not matches too much.
_RESULT = re.compile(rf"(?:{_PAIR})*\s*+")
_PAIRS = re.compile(_PAIR)
_BY = re.compile(r"(?:^|\s)by\s+([A-Za-z0-9._\-]+)", re.IGNORECASE)
_FROM = re.compile(r"\s*from\s", re.IGNORECASE)
_WRITTEN_BY_SERVERS = frozenset({"authentication-results", "received"})


def dmarc(address: str | None, raw: RawMessage, policy: Policy) -> Dmarc:
    """The verdict of our own border about the domain of `address`, which is what `identity.sender` makes of From.

    `Dmarc.UNKNOWN` in every doubt. Never raises.
    """
    domain = (address or "").rpartition("@")[2]
    if not domain or raw.media_type != "message/rfc822":
        return Dmarc.UNKNOWN
    if raw.envelope.direct:
        return _found_out(raw.checked, domain)
    if raw.channel not in BEHIND_THE_BORDER:
        return Dmarc.UNKNOWN
    verdicts = _microsoft_says(raw.blob) if policy.border == "microsoft" else _border_says(raw.blob, policy)
    if len(verdicts) != 1 or verdicts[0][1] != domain:
        return Dmarc.UNKNOWN
    return _SAID.get(verdicts[0][0], Dmarc.UNKNOWN)


def _found_out(checked: Checked | None, domain: str) -> Dmarc:
    """Our own verdict. A domain that asks for nothing does not disown what fails."""
    if checked is None or (checked.header_from != domain and checked.dmarc != "temperror"):
        return Dmarc.UNKNOWN
    if checked.dmarc == "fail" and checked.policy == "none":
        return Dmarc.NONE
    return _SAID.get(checked.dmarc, Dmarc.UNKNOWN)


def from_domain(blob: bytes) -> str:
    """The domain of a From that is an identity, "" where it is none."""
    head = Head.of(prescan.bound(blob[:MAX_HEAD]))
    return (sender(Message(headers=head.fields))[0] or "").rpartition("@")[2]


def passed_at_first(said: str, domain: str) -> bool:
    """Whether an ARC-Authentication-Results, whose seal is good, says that DMARC passed for this From domain (RFC 8617)."""
    text = _without_comments(_FOLD.sub(" ", said.strip())) or ""
    instance, _, *results = [*_QUOTED.sub('"', text).split(";"), ""]
    return instance.strip() == "i=1" and _read(results) == [("pass", domain)]


def _border_says(blob: bytes, policy: Policy) -> list[Verdict]:
    ours = frozenset(name.lower() for name in policy.authserv_ids)
    return [verdict for value in _of_the_border(blob, ours) for verdict in _verdicts(value, ours)]


def _microsoft_says(blob: bytes) -> list[Verdict]:
    """Microsoft 365 names itself nowhere in its verdict, so only the place tells: right above the trace of its border server.

    Above that stand only traces of its own machines. What other tenants of it wrote, true or forged, stands further down.
    """
    found: list[str] = []
    for name, value in _fields(blob):
        if name == "authentication-results":
            found.append(value)
        elif name == "received":
            by = _BY.search(value)
            host = by[1].lower() if by else ""
            if host.endswith(".mail.protection.outlook.com"):
                texts = [_without_comments(each) for each in found]
                return [verdict for text in texts for verdict in _read(_QUOTED.sub('"', text or "?").split(";"))]
            if not host.endswith((".prod.outlook.com", ".outlook.office365.com")) or found:
                return []
    return []


def _of_the_border(blob: bytes, ours: frozenset[str]) -> Iterator[str]:
    """The values of Authentication-Results above the first trace of a foreign server, top first."""
    hops = 0
    for name, value in _fields(blob):
        if name == "authentication-results":
            yield value
        elif name == "received":
            hops += 1
            if hops > 1 and not _own_hop(value, ours):
                return


def _fields(blob: bytes) -> Iterator[tuple[str, str]]:
    """What servers wrote into the header at the top of a message, unfolded."""
    for name, value in headers.split(prescan.head_of(blob[:MAX_HEAD])):
        if name in _WRITTEN_BY_SERVERS:
            yield name, _FOLD.sub(" ", value.encode("ascii", "surrogateescape").decode("latin-1")).rstrip("\r\n")


def _own_hop(received: str, ours: frozenset[str]) -> bool:
    by = _BY.search(received)
    return not _FROM.match(received) or (by is not None and by[1].lower() in ours)


def _verdicts(value: str, ours: frozenset[str]) -> list[Verdict]:
    """Every dmarc result in a header of ours. One that may be ours and breaks the grammar is an unreadable verdict."""
    text = _without_comments(value)
    if text is None:
        return [_UNREADABLE] if any(name in value.lower() for name in ours) else []
    who, *results = _QUOTED.sub('"', text).split(";")
    server = _ID.fullmatch(who)
    return _read(results) if server is not None and server[1].lower() in ours else []


def _read(results: Sequence[str]) -> list[Verdict]:
    """The dmarc results among these, or one unreadable verdict where any of them breaks the grammar."""
    if not all(_RESULT.fullmatch(result) or result.strip().lower() == "none" for result in results):
        return [_UNREADABLE]
    pairs = [_PAIRS.findall(result) for result in results]
    return [_verdict(found) for found in pairs if found and found[0][0].lower().partition("/")[0] == "dmarc"]


def _verdict(pairs: list[tuple[str, str]]) -> Verdict:
    about = [value for name, value in pairs if name.lower() == "header.from"]
    address = canonical(f"x@{about[0]}") if len(about) == 1 else None
    return (pairs[0][1].lower(), address.rpartition("@")[2]) if address else _UNREADABLE


def _without_comments(value: str) -> str | None:
    """The value with comments, however nested, and runs of spaces turned into one space. None where the grammar is broken."""
    if not value.isascii() or not value.replace("\t", " ").isprintable():
        return None
    out: list[str] = []
    depth, quoted = 0, False
    for lexeme in _LEXEME.findall(value):
        if (lexeme[0] == "\\" and not depth) or (lexeme == '"' and depth):
            return None  # allowed, or meaningless, but readers differ about it
        if depth or (not quoted and lexeme in "()"):
            depth += {"(": 1, ")": -1}.get(lexeme, 0)
            out.append(" ")
            if depth < 0:
                return None
            continue
        quoted ^= lexeme == '"'
        out.append(lexeme)
    return None if depth or quoted else " ".join("".join(out).split())
