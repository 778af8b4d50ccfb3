"""The words of a message, from the parts that hold them: plain text where there is some, else the HTML's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from intake.mime import charset, flowed, html, tnef
from intake.mime.defects import Defect
from intake.mime.layout import Body, Layout
from intake.mime.reader import Node

_SAMPLE = 3_000  # characters of a page that are compared with the plain version
_LEAST_WORDS = 3
_WORD = re.compile(r"[^\W\d_]{4,}")
_MARKUP_OR_WORD = re.compile(r"<[^>]{0,3000}>|&\w{1,20};|([^\W\d_]{4,})")
_BLANK = " \t\r\n\u00a0\u200b\u200c\u200d\ufeff\u00ad\u034f"


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """The words: as text, and as the sender's own HTML, not yet safe to show, where there is one."""

    text: str
    html: str | None


def written(bodies: tuple[Body, ...]) -> Written:
    """All stretches in reading order. When one has an HTML version, the others are made HTML beside it."""
    texts = [_text(body) for body in bodies]
    shown = [
        text for body, before, text in zip(bodies, (None, *bodies), texts, strict=False) if not _pairs(before, body)
    ]
    if not any(body.html for body in bodies):
        return Written(text=_joined(shown), html=None)
    pages = [_page(body) or html.of_text(text) for body, text in zip(bodies, texts, strict=True)]
    return Written(text=_joined(shown), html=_joined(pages))


def _pairs(before: Body | None, body: Body) -> bool:
    """A plain stretch directly followed by an HTML one: two versions by a program that forgot to say so."""
    return before is not None and bool(before.plain) and not before.html and not body.plain


def unwrapped(laid: Layout) -> tuple[Layout, tuple[Defect, ...]]:
    """The layout with winmail.dat replaced by what is in it. Its text counts only where the mail has none of its own."""
    defects: list[Defect] = []
    files: list[Node] = []
    bodies = laid.bodies
    for node in laid.files:
        unpacked = tnef.unpack(node.content) if _is_tnef(node) else None
        if unpacked is None:
            files.append(node)
            defects += [Defect.TNEF_BROKEN] if _is_tnef(node) else []
            continue
        defects.append(Defect.TNEF)
        files += unpacked.files
        if not any(_text(body).strip(_BLANK) for body in bodies):
            bodies = (_unpacked_body(unpacked),)
    return Layout(bodies=bodies, files=tuple(files)), tuple(defects)


def _is_tnef(node: Node) -> bool:
    return node.type in tnef.TYPES or node.file_name.lower() == "winmail.dat"


def _unpacked_body(unpacked: tnef.Unpacked) -> Body:
    plain = (Node(type="text/plain", text=unpacked.text),) if unpacked.text else ()
    page = (Node(type="text/html", text=unpacked.html),) if unpacked.html else ()
    return Body(plain=plain, html=page)


def _text(body: Body) -> str:
    """The plain version; the words of the page where there is none, and below it where the two have nothing in common."""
    text = _joined([_plain(node) for node in body.plain])
    if not body.html or (text.strip(_BLANK) and _agree(text, _page(body))):
        return text
    return _joined([text if text.strip(_BLANK) else "", charset.readable(html.text_of(_page(body)))])


def _agree(text: str, page: str) -> bool:
    """Whether a word of the page occurs in the text: programs write "please use another program" for a plain version."""
    start = max(page.find("<body"), 0)
    if any(found[1] and found[1] in text for found in _MARKUP_OR_WORD.finditer(page, start, start + _SAMPLE)):
        return True  # seen without reading the page, as in nearly all mail
    words = _WORD.findall(html.text_of(page)[:_SAMPLE])
    return len(words) < _LEAST_WORDS or any(word in text for word in words)


def _plain(node: Node) -> str:
    text = charset.readable(node.text)
    if node.type in ("text/enriched", "text/richtext"):
        return html.text_of(text)
    if node.params.get("format", "").lower() == "flowed":
        return flowed.unflow(text, delsp=node.params.get("delsp", "").lower() == "yes")
    return text


def _page(body: Body) -> str:
    return "\n".join(node.text for node in body.html)


def _joined(texts: list[str]) -> str:
    return "\n".join(text for text in texts if text)
