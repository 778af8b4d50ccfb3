"""The one enhanced status code (RFC 3463) that says most about a failure.

Robots often put a vague code in the field and the cause in the text. The most specific code wins; where there is
none, a phrase or the three-digit reply (RFC 5321 4.2) stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from intake.reports.phrases import detail_of

_ENHANCED = re.compile(r"(?<![\w.])[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9]|\.[0-9])")
_REPLY = re.compile(
    r"(?<![\w.,/#-])([245][0-57][0-9])(?=[ \-:;,#'\")]|$)(?! (?:bytes|hours?|seconds?|minutes?|[kmg]b\b|days?))",
    re.IGNORECASE | re.MULTILINE,
)
_OF_REPLY = {"551": "1.6", "552": "2.2", "553": "1.3", "452": "2.2"}


def enhanced_codes(text: str) -> list[str]:
    """Every enhanced code in a text, in order. Addresses of machines and dates are not taken for codes."""
    return _ENHANCED.findall(text)


def reply_codes(text: str) -> list[str]:
    """Every three-digit SMTP reply in a text, in order."""
    return _REPLY.findall(text)


def best_status(field: str, diagnostic: str, *, fallback: str = "5") -> str:
    """The status of one recipient from its Status field and the text about it, "" when neither says anything.

    `fallback` is the class, "4" or "5", of a text that names a cause but no code; "" leaves such a text without status.
    """
    codes = enhanced_codes(field)[:1] + enhanced_codes(diagnostic)
    return most_specific(codes) if codes else _derived(diagnostic, fallback)


def most_specific(codes: Iterable[str]) -> str:
    """The code that tells most; the first of equals."""
    return max(codes, key=_weight, default="")


def _weight(code: str) -> int:
    _, subject, detail = code.split(".")
    if subject == "0" and detail == "0":
        return 0
    return 1 if "0" in (subject, detail) or code in ("4.4.7", "5.4.7") else 2


def _derived(text: str, fallback: str) -> str:
    reply = next((code for code in reply_codes(text) if code[0] != "2"), "")
    detail = detail_of(text) or _OF_REPLY.get(reply, "0.0" if reply else "")
    kind = reply[:1] or fallback
    return f"{kind}.{detail}" if kind and detail else ""
