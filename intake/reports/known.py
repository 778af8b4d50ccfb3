"""The robots whose formats flufl.bounce knows by heart: asked where our own readers find no telling place."""

from __future__ import annotations

from email.message import Message as StoredMessage

from intake.message import Message
from intake.reports.notice import Notice
from intake.reports.text import ADDRESS, one_line

_LINES = 300  # a robot has said whom it means by then
_HEADERS = ("from", "to", "subject")


def known_recipients(message: Message, said: Notice) -> list[str]:
    """The addresses that the library recognises, sorted; [] when it recognises none or fails over the text."""
    from flufl.bounce import all_failures  # with the first of them

    stored = StoredMessage()
    for name in _HEADERS:
        stored[name] = one_line(message.header(name))
    stored.set_payload("\n".join(said.lines[:_LINES]))
    try:
        late, lost = all_failures(stored)
    except Exception:  # the library is at home with well-formed mail only
        return []
    names = (name.decode("utf-8", "replace") for name in late | lost)
    return sorted(name for name in names if ADDRESS.fullmatch(name))
