"""Parameters of structured MIME fields: RFC 2045 section 5.1, RFC 2231 continuations, languages and percent encoding.

Also read: encoded words in values (RFC 2047 forbids them, everybody writes them), missing quotes, several styles at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from intake.mime import charset, encoded_words

_PARAM = re.compile(
    r';\s{0,80}([^\s=;"*]{1,60})(?:\*(\d{1,3}))?(\*)?[ \t\r\n]{0,20}=[ \t\r\n]{0,20}'
    r'(?:"((?:[^"\\]++|\\.)*+)"?|([^;]*))',
    re.DOTALL,
)
_COMMENT = re.compile(r"\([^()]*\)")


def split(value: str) -> tuple[str, dict[str, str]]:
    """The first token in lower case, and the parameters by lower-case name, decoded. Total and linear."""
    first, _, _ = value.partition(";")
    token = (_COMMENT.sub("", first) if "(" in first else first).strip(" \t\r\n\"'").lower()
    if ";" not in value:
        return token, {}
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAM.finditer(value):
        name, number, percent, quoted, bare = match.groups()
        text = _unquote(quoted) if quoted is not None else _bare(bare or "")
        if number is None and not percent:
            plain.setdefault(name.lower(), text)
        else:
            pieces.setdefault(name.lower(), {}).setdefault(int(number or 0), (text, bool(percent)))
    values = {name: encoded_words.decode(text)[0] for name, text in plain.items()}
    return token, values | {name: _join(found) for name, found in pieces.items()}


def _unquote(text: str) -> str:
    """Backslashes before quotes are escapes; before anything else they belong to a Windows path."""
    return text.replace('\\"', '"').replace("\\\\", "\\") if "\\" in text else text


def _bare(text: str) -> str:
    text = text.strip()
    return text if "=?" in text else _COMMENT.sub("", text).strip(" \t'\"")


def _join(found: Mapping[int, tuple[str, bool]]) -> str:
    """RFC 2231: sections in order; the first encoded one names the charset; sections may be encoded or not."""
    ordered = [found[number] for number in sorted(found)]
    label = ""
    if ordered[0][1] and ordered[0][0].count("'") >= 2:
        label, _, rest = ordered[0][0].split("'", 2)
        ordered[0] = (rest, True)
    if not any(percent for _, percent in ordered):
        return encoded_words.decode("".join(text for text, _ in ordered))[0]
    data = b"".join(unquote_to_bytes(text) if percent else text.encode() for text, percent in ordered)
    return charset.decode(data, label)[0]
