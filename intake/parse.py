"""From the raw message to what it says, whatever its media type. Total: nothing a stranger sends can make it raise."""

from __future__ import annotations

from intake import contact_json
from intake.message import Message, RawMessage
from intake.mime import charset, contents, html
from intake.mime.defects import Defect
from intake.words import told

MAX_TEXT = 5_000_000  # bytes of a bare text


def parse(raw: RawMessage) -> Message:
    """The message. What is wrong with it is in `defects`; should our own reading fail, it is shown as plain text."""
    try:
        return _read(raw)
    except Exception:  # a fault of ours: the words are kept and a person looks at them
        text = charset.readable(raw.blob[:MAX_TEXT].decode("utf-8", "replace"))
        return Message(text=text, reply=text, defects=(Defect.UNREADABLE.value,))


def _read(raw: RawMessage) -> Message:
    match raw.media_type:
        case "application/json":
            return contact_json.read(raw)
        case "text/plain":
            text = _decoded(raw.blob)
            return Message(text=text, **told(text))
        case "text/html":
            return _page(_decoded(raw.blob, html.declared_charset(raw.blob)))
        case _:
            return contents.read(raw.blob)


def _decoded(blob: bytes, label: str = "utf-8") -> str:
    return charset.readable(charset.decode(blob[:MAX_TEXT], label)[0])


def _page(page: str) -> Message:
    kept, defects = html.bounded(page)
    text = html.text_of(page)
    return Message(text=text, page=kept, defects=tuple(map(str, defects)), **told(text, kept))
