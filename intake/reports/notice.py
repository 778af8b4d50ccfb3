"""What a robot itself said, apart from the message it sends back.

The cut is made where a returned message's header fields begin, and at the lines that announce them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from intake.message import Message
from intake.reports.text import bounded_lines

_SHORT = 120  # characters: what announces is short
_RETURNED_TYPES = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
    "message/partial",
)
_HEADER = re.compile(r"[>| \t]{0,4}([A-Za-z][A-Za-z0-9-]{1,60}):(?:[ \t]|$)")
_TRACE = {
    "received",
    "return-path",
    "message-id",
    "mime-version",
    "delivered-to",
    "dkim-signature",
    "x-mailer",
    "x-originating-ip",
}
_ANNOUNCED = re.compile(
    r"\W*(?:"
    r"(?:this is|here is|below(?: this| the next) line is|(?:included|attached|(?:the )?following|below) is)\b.{0,30}"
    r"\b(?:copy|returned|original)\b.{0,60}"
    r"|(?:the )?(?:header of the )?(?:unsent|undelivered|returned|original|rejected|first \d{1,4} lines of the) (?:message|mail)"
    r"(?: headers?| text)?(?: \S{1,10})? (?:follows?|below|following|returned|attached)(?: this line)?"
    r"|(?:start|beginning) of (?:the )?(?:returned|original|undelivered|unsent) (?:message|mail)"
    r"|original (?:message|mail) headers?(?: follows?)?"
    r"|message (?:headers?|text|contents?) follows?"
    r"|-{3,} ?(?:original message|returned (?:message|mail)) ?-{3,}"
    r"|-{3,} ?(?:original mail|undelivered message|unsent message|rejected message) ?-{3,}"
    r"|ursprüngliche nachrichtenkopfzeilen|en-têtes de message d'origine|encabezados (?:del|de) mensajes? original(?:es)?"
    r"|intestazioni originali(?: del messaggio)?|oorspronkelijke berichtkoppen|cabeçalhos (?:originais )?da mensagem"
    r"|oryginalne nagłówki wiadomości|ursprungliga meddelanderubriker|oprindelige brevhoveder|исходные заголовки сообщения"
    r"|-{3,} ?(?:ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale) ?-{3,}"
    r")\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A report's own words and the message it returns. Lines are bounded."""

    lines: tuple[str, ...]  # the robot's words
    returned: tuple[str, ...]  # what follows: the returned message or its header, () when there is none
    whole: tuple[str, ...]  # both, as they stood in the readable text


def notice(message: Message) -> Notice:
    """Part a message's readable text, and its attached messages, into notice and returned message."""
    whole = bounded_lines(readable(message))
    cut = _cut(whole)
    attached = next((part.text for part in message.parts if part.depth == 0 and part.type in _RETURNED_TYPES), "")
    returned = bounded_lines(attached) or whole[cut:]
    return Notice(lines=tuple(whole[:cut]), returned=tuple(returned), whole=tuple(whole))


def readable(message: Message) -> str:
    """The plain text of the message itself, not of messages it carries."""
    plain = "\n".join(part.text for part in message.parts if part.depth == 0 and part.type == "text/plain")
    return plain if plain.strip() else message.text


def _cut(lines: list[str]) -> int:
    """The number of lines before the returned message: up to the line that announces it, or its first header fields.

    Header fields count when at least three stand together and one of them is made by mail servers. Indented ones only
    name the message, if the robot goes on at the margin below them.
    """
    margin = max((i for i, line in enumerate(lines) if line.strip() and line[0] not in " \t"), default=0)
    begun = False
    start, names = 0, set[str]()  # of the run of header fields that this line continues
    for i, line in enumerate(lines):
        if begun and len(line) <= _SHORT and _ANNOUNCED.fullmatch(line):
            return i
        field = _HEADER.match(line)
        if field:
            start = start if names else i
            names.add(field.group(1).lower())
        elif not line.strip() or line[0] not in " \t":
            names.clear()
        if len(names) >= 3 and names & _TRACE and (start >= margin or lines[start][0] not in " \t"):
            return start
        begun = begun or bool(line.strip())
    return len(lines)
