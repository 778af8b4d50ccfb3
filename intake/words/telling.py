"""Everything that is told about whose words a text holds, from its lines, which are made once."""

from __future__ import annotations

from typing import TypedDict

from intake.message import Forwarded
from intake.words.forward import find_forward, is_forward_subject
from intake.words.language import language_of
from intake.words.laying import laid_out
from intake.words.lines import telling
from intake.words.splitting import part


class Told(TypedDict):
    """The fields of a `Message` that say whose words it holds, and in which language."""

    reply: str
    signature: str
    quoted: str
    forwarded: Forwarded | None
    language: str | None


def told(text: str, page: str | None = None, subject: str = "") -> Told:
    """What `text` holds; `page` is the same message's HTML as the client wrote it. Never raises."""
    lines = laid_out(text)
    passed_on = is_forward_subject(subject)
    candidates = telling(lines)
    words = part(text, lines, candidates, page, passed_on=passed_on)
    return Told(
        reply=words.reply,
        signature=words.signature,
        quoted=words.quoted,
        forwarded=find_forward(lines, candidates, passed_on=passed_on),
        language=language_of(words.reply or text),
    )
