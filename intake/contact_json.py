"""The JSON contact: what every channel but mail hands over, and what the generic webhook takes as its body.

    {"id": "42",                       the sender's own id of this message
     "conversation": "order-4711",     what belongs together; answers go there
     "sender": {"id": "7", "name": "Mia Lind", "email": "mia@post.example"},
     "subject": "My kettle",           optional, as is everything but "text" or "html"
     "text": "It leaks.",
     "html": "<p>It leaks.</p>",
     "sent_at": "2026-01-13T10:04:00Z",  ISO 8601, or seconds or milliseconds since 1970
     "attachments": [{"name": "a.jpg", "type": "image/jpeg", "content_b64": "..."},
                     {"name": "b.pdf", "type": "application/pdf", "url": "https://..."}],
     "original": {...}}                what a provider sent, untouched; never read here

`"sender": "mia@post.example"` with `"sender_name"` beside it says the same. Unknown keys are left alone.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson

from intake.message import Address, Attachment, Message, RawMessage
from intake.mime import defects, filenames, html
from intake.words import language_of, split

MOST_FILES = 100
LONGEST_LINE = 998  # characters of a subject, a name or an address


class Defect(StrEnum):
    """What can be wrong with a contact, beside what can be wrong with a mail."""

    JSON_BROKEN = "json-broken"  # shown raw
    CONTACT_MISSING = "contact-missing"  # JSON, but no object: shown raw
    TEXT_MISSING = "text-missing"
    FIELD_WRONG = "field-wrong"  # a field of another kind than it must be, left out
    ATTACHMENT_BROKEN = "attachment-broken"
    ATTACHMENT_ELSEWHERE = "attachment-elsewhere"  # only its address came: size 0 and no hash


def read(raw: RawMessage) -> Message:
    """What a contact says. Never raises: what is wrong with it is in `defects`."""
    try:
        said = orjson.loads(raw.blob)
    except orjson.JSONDecodeError:
        return _shown(raw, Defect.JSON_BROKEN)
    return _Contact(said).message(raw) if isinstance(said, dict) else _shown(raw, Defect.CONTACT_MISSING)


def _shown(raw: RawMessage, defect: Defect) -> Message:
    text = _lines(raw.blob.decode("utf-8", "replace"))
    return Message(text=text, reply=text, defects=(defect,))


class _Contact:
    """One contact on its way to a message; collects what is wrong with it."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said
        self._defects: dict[str, None] = {}

    def message(self, raw: RawMessage) -> Message:
        markup, text = self._text("html"), self._text("text")
        if not text and markup:
            text = _lines(html.text_of(markup))
        if not text.strip():
            self._wrong(Defect.TEXT_MISSING)
        words = split(text, markup or None)
        return Message(
            subject=_line(self._text("subject")),
            from_=self._sender(),
            sent_at=self._sent_at(),
            text=text,
            page=self._page(markup),
            reply=words.reply,
            signature=words.signature,
            quoted=words.quoted,
            attachments=self._attachments(),
            language=language_of(words.reply),
            conversation=_line(self._text("conversation")) or None if raw.envelope.verified else None,
            defects=tuple(self._defects),
        )

    def _wrong(self, defect: str) -> None:
        self._defects[defect] = None

    def _text(self, key: str, where: Mapping[str, Any] | None = None) -> str:
        """A string, or a number as one; "" for what is missing or of another kind."""
        value = (self._said if where is None else where).get(key)
        if isinstance(value, str):
            return _lines(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if value is not None:
            self._wrong(Defect.FIELD_WRONG)
        return ""

    def _page(self, markup: str) -> str | None:
        page, wrong = html.bounded(markup) if markup else (None, ())
        for defect in wrong:
            self._wrong(defect)
        return page

    def _sender(self) -> tuple[Address, ...]:
        sender = self._said.get("sender")
        if isinstance(sender, dict):
            name, email = self._text("name", sender), self._text("email", sender)
        else:
            said = self._text("sender")
            name, email = self._text("sender_name"), said if "@" in said else ""
            name = name or ("" if email else said)
        address = Address(name=_line(name), email=_line(email))
        return (address,) if address.name or address.email else ()

    def _sent_at(self) -> datetime | None:
        said = self._said.get("sent_at")
        if said is None or said == "":
            return None
        try:
            return _time(said)
        except (ValueError, OverflowError, OSError):
            self._wrong(defects.Defect.DATE_BROKEN)
            return None

    def _attachments(self) -> tuple[Attachment, ...]:
        files = self._said.get("attachments") or []
        if not isinstance(files, list):
            self._wrong(Defect.FIELD_WRONG)
            return ()
        if len(files) > MOST_FILES:
            self._wrong(defects.Defect.LIMIT_PARTS)
        return tuple(self._attachment(file, n) for n, file in enumerate(files[:MOST_FILES], 1) if self._is_file(file))

    def _is_file(self, file: object) -> bool:
        if not isinstance(file, dict):
            self._wrong(Defect.ATTACHMENT_BROKEN)
        return isinstance(file, dict)

    def _attachment(self, file: Mapping[str, Any], number: int) -> Attachment:
        content = self._content(file)
        name, media_type = self._text("name", file), self._text("type", file).strip().lower()
        media_type = media_type if _TYPE.fullmatch(media_type) else filenames.type_of(name)
        return Attachment(
            name=filenames.safe(name, media_type, number),
            type=media_type,
            size=len(content or b""),
            content=content or b"",
            here=content is not None,
        )

    def _content(self, file: Mapping[str, Any]) -> bytes | None:
        """The file's bytes; None where only its address came. What can be decoded of broken base64 is kept."""
        packed = file.get("content_b64")
        if packed is None and file.get("url"):
            self._wrong(Defect.ATTACHMENT_ELSEWHERE)
            return None
        try:
            return b64decode(packed or "", validate=True)
        except (binascii.Error, ValueError, TypeError):
            self._wrong(Defect.ATTACHMENT_BROKEN)
            return b""


_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,100}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BREAK = re.compile("[\r\n\t\u2028\u2029]+")


def _lines(text: str) -> str:
    """Without control characters, and with one kind of line end."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _line(text: str) -> str:
    """One line of bounded length: fit for a header, an id or a list."""
    return _BREAK.sub(" ", text).strip()[:LONGEST_LINE]


def _time(said: object) -> datetime:
    """An aware time in UTC. Raises ValueError, OverflowError or OSError for what is none."""
    if isinstance(said, str) and not said.strip().isdecimal():
        at = datetime.fromisoformat(said.strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        raise ValueError("no time")
    seconds = float(said)
    return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, tz=UTC)
