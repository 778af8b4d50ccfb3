"""The words of SMTP: what a command's path says, and which enhanced code a reply carries (RFC 5321, RFC 2034, RFC 3463)."""

from __future__ import annotations

import re

CODES = {
    "221": "2.0.0",
    "235": "2.7.0",
    "250": "2.0.0",
    "451": "4.3.0",
    "454": "4.7.0",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "504": "5.5.4",
    "535": "5.7.8",
    "552": "5.3.4",
    "553": "5.1.3",
    "555": "5.5.4",
}
_PATH = re.compile(
    r"""\s*(?:
        <(?:@[^<>:]*:)?(?P<path>(?:(?:"(?:[^"\\]|\\.)*"|[^<>@"\s]+)(?:@[^<>@\s]+)?)?)>  # an old source route is left out
        | (?P<bare>[^<>@"\s]+@[^<>@\s]+)  # without <>, as devices and scripts write it
    )(?:\s+(?P<rest>.*))?""",
    re.VERBOSE,
)
_ENHANCED = re.compile(r"[245]\.\d")


def path(text: str) -> tuple[str, str] | None:
    """The address in the argument of MAIL or RCPT, "<>" for the null path, and the parameters after it."""
    match = _PATH.fullmatch(text)
    return (match["path"] or match["bare"] or "<>", match["rest"] or "") if match else None


def enhanced(reply: str) -> str:
    """The reply with an enhanced status code, where it has none."""
    code, _, text = reply.partition(" ")
    return f"{code} {CODES[code]} {text}" if code in CODES and not _ENHANCED.match(text) else reply


def hello(lines: list[str]) -> str:
    """A 250 reply of several lines."""
    return "\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"])


def clean(address: str | None) -> str:
    """Bytes that are no UTF-8 are shown as such: an address must survive being stored."""
    return (address or "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
