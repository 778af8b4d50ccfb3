"""format=flowed undone (RFC 3676): soft line breaks joined within one level of quoting, space-stuffing removed."""

from __future__ import annotations

MAX_LINES = 100_000  # longer texts are shown as they were sent

_SIGNATURE = "-- "


def unflow(text: str, *, delsp: bool = False) -> str:
    """The text with each paragraph on one line. `delsp`: the space before a soft break was added, not written."""
    if text.count("\n") > MAX_LINES:
        return text
    out: list[str] = []
    joining: int | None = None  # the quoting level of the open paragraph
    for line in text.split("\n"):
        level, content = _level(line)
        if joining != level or content == _SIGNATURE:
            out.append("\n" + ">" * level + " " * bool(level))
        flows = content.endswith(" ") and content != _SIGNATURE
        out.append(content[:-1] if flows and delsp else content)
        joining = level if flows else None
    return "".join(out)[1:]


def _level(line: str) -> tuple[int, str]:
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")
