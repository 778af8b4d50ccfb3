"""Message-ID, In-Reply-To and References (RFC 5322 section 3.6.4) as bare ids, also where programs have mangled them."""

from __future__ import annotations

import re

MAX_IDS = 200

_SPACE = re.compile(r"\s+")
_BRACKETED = re.compile(r"<([^<>]{1,998})>")
_BARE = re.compile(r"[^\s<>,;\"()]{1,500}@[^\s<>,;\"()]{1,500}")


def ids(value: str) -> tuple[str, ...]:
    """The ids in order, each once. A bracketed id loses the white space that folding put into it."""
    if not value:
        return ()
    found = [_SPACE.sub("", one) for one in _BRACKETED.findall(value)] or _BARE.findall(value)
    return tuple(dict.fromkeys(one for one in found if one))[:MAX_IDS]


def message_id(value: str) -> str | None:
    """The message's own id, as written where it has no brackets; None where there is none."""
    found = ids(value)
    if found:
        return found[0]
    return _SPACE.sub("", value).strip("<>")[:998] or None
