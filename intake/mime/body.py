"""The words of a message, from the parts that hold them: plain text where there is some, else the HTML's."""

from __future__ import annotations

from dataclasses import dataclass

from intake.mime import charset, flowed, html, tnef
from intake.mime.defects import Defect
from intake.mime.layout import Body, Layout
from intake.mime.reader import Node

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
    text = _joined([_plain(node) for node in body.plain])
    if text.strip(_BLANK) or not body.html:
        return text
    return charset.readable(html.text_of(_page(body)))


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
