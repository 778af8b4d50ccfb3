"""format=flowed undone (RFC 3676): soft line breaks joined within one level of quoting, space-stuffing removed."""

from __future__ import annotations


def unflow(text: str, *, delsp: bool = False) -> str:
    """The text with each paragraph on one line. `delsp`: the space before a soft break was added, not written."""
    out: list[str] = []
    joining: int | None = None  # the quoting level of the open paragraph
    for line in text.split("\n"):
        level, content = _level(line)
        fixed = content == "-- " or not content.endswith(" ")
        if joining == level and content != "-- ":
            out[-1] += content
        else:
            out.append(">" * level + (" " if level else "") + content)
        if not fixed and delsp:
            out[-1] = out[-1][:-1]
        joining = None if fixed else level
    return "\n".join(out)


def _level(line: str) -> tuple[int, str]:
    content = line.lstrip(">")
    level = len(line) - len(content)
    return level, content.removeprefix(" ")
