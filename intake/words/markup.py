"""What the client's own HTML says is quoted or a signature, carried over to the lines of the plain text.

The HTML is read once: its text with invisible signs where a quotation or a signature begins and ends. The plain text need
not be the HTML's text, so both are compared without white space and punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from intake.words.clients import BEGINNINGS, CONTAINERS, HINTS, QUOTES, SIGNATURES
from intake.words.lines import MUCH, Whose

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_OPEN: dict[Whose, str] = {"quoted": "\ufdd0", "signature": "\ufdd1"}  # noncharacters: no text may hold them
_SHUT = "\ufdd2"
_SIGNS = re.compile("[\ufdd0-\ufdd2]")
_ASCII_MARKS = bytes(code for code in range(128) if not chr(code).isalnum() and chr(code) != "\n")
# Spaces and bullets, of which each converter makes something else.
_UNSTEADY = "\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2022\u202f\u25e6\u3000\ufeff"
_TARGET = re.compile(r"[<(\[](?:https?://|mailto:)[^<>()\[\]\s]{1,2000}[>)\]]")
_ENOUGH = 60  # characters without space that tell a passage from others
_LESS = 20
_LEAST = 4
_FAR = 20_000  # characters: how far a passage may be from where it was expected
_MOST_PASSAGES = 200  # nobody answers between a hundred quotations


@dataclass(frozen=True, kw_only=True, slots=True)
class _Passage:
    owner: Whose
    text: str  # squeezed


def owners_by_markup(lines: Sequence[str], html: str) -> list[Whose]:
    """Whose each line is, as far as the markup of `html` tells; "reply" where it does not."""
    owners: list[Whose] = ["reply"] * len(lines)
    html = html[:MUCH]
    if not HINTS.occur(html):
        return owners
    squeezed = _squeezed("\n".join(lines)).split("\n")
    offsets = [0, *accumulate(map(len, squeezed))]
    at = 0
    for owner, start, end in _located(_passages(html)[:_MOST_PASSAGES], "".join(squeezed)):
        while at < len(lines) and offsets[at] < end:
            if offsets[at] >= start and squeezed[at]:
                owners[at] = owner
            at += 1
    return owners


def _located(passages: Sequence[_Passage], body: str) -> Iterator[tuple[Whose, int, int]]:
    """Where the passages that are not new stand in the squeezed plain text, in order. One that is not found is left out."""
    here, expected = 0, 0
    for number, passage in enumerate(passages):
        if passage.owner == "reply":
            expected += len(passage.text)
            continue
        start = _find(body, passage.text, here, expected)
        if start >= 0:
            end = _end(body, passage.text, start, passages[number + 1 :])
            yield passage.owner, start, end
            here = expected = end
        else:
            expected += len(passage.text)


def _find(body: str, text: str, here: int, expected: int) -> int:
    """Where the passage begins: its first words decide. The plain text seldom has less than the HTML, so it is not earlier."""
    late = max(here, expected)
    if len(text) < _LEAST:
        return late if body.startswith(text, late) else -1
    heads = (text[:_ENOUGH], text[:_LESS])
    starts = (body.find(head, since, since + _FAR) for head in heads for since in (late, here))
    return next((start for start in starts if start >= 0), -1)


def _end(body: str, text: str, start: int, later: Sequence[_Passage]) -> int:
    """All of the passage where the plain text has all of it; else up to what follows it in the HTML."""
    if body.startswith(text, start):
        return start + len(text)
    following = next((passage.text for passage in later if len(passage.text) >= _LEAST), "")
    end = body.find(following[:_ENOUGH], start + 1, start + len(text) + _FAR) if following else len(body)
    return end if end > 0 else start + len(text)


def _passages(html: str) -> list[_Passage]:
    from selectolax.lexbor import LexborHTMLParser  # with the first page

    for sign in (*_OPEN.values(), _SHUT):
        html = html.replace(sign, "")
    tree = LexborHTMLParser(html.encode("utf-8", "replace").decode())
    if tree.body is None:
        return []
    tree.strip_tags(["style", "script", "title", "head"])
    _sign_all(tree)
    return list(_read(_squeezed(tree.body.text(deep=True)).replace("\n", "")))


def _squeezed(text: str) -> str:
    """What is left to compare: letters, figures, line ends and signs; not the targets that converters write behind links."""
    if "://" in text or "mailto:" in text:
        text = _TARGET.sub("", text)
    for mark in _UNSTEADY:
        text = text.replace(mark, "")
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII_MARKS).decode("utf-8", "surrogatepass")


def _read(text: str) -> Iterator[_Passage]:
    """Passages of the signed text; a quotation in a quotation, or a signature in one, is part of the outer one."""
    open_: list[Whose] = []
    start = 0
    signs = {sign: owner for owner, sign in _OPEN.items()}
    for found in _SIGNS.finditer(text):
        outermost = len(open_) == (0 if found.group() in signs else 1)
        if outermost and found.start() > start:
            yield _Passage(owner=open_[0] if open_ else "reply", text=_SIGNS.sub("", text[start : found.start()]))
        if outermost:
            start = found.end()
        if found.group() in signs:
            open_.append(signs[found.group()])
        elif open_:
            open_.pop()
    if start < len(text):
        yield _Passage(owner=open_[0] if open_ else "reply", text=_SIGNS.sub("", text[start:]))


def _sign_all(tree: LexborHTMLParser) -> None:
    for node in tree.css(CONTAINERS):
        _sign_container(node)
    for node in tree.css(QUOTES):
        _sign(node, "quoted")
    for node in tree.css(SIGNATURES):
        _sign(node, "signature")
    for node in tree.css(BEGINNINGS):
        node.insert_before(_OPEN["quoted"])  # never shut: it ends with the message


def _sign(node: LexborNode, owner: Whose) -> None:
    node.insert_before(_OPEN[owner])
    node.insert_after(_SHUT)


def _sign_container(node: LexborNode) -> None:
    """In a container, what stands above the first quotation is its attribution; what stands below one is an answer."""
    first = next((child for child in node.iter() if child.tag == "blockquote"), None)
    if first is None:
        _sign(node, "quoted")
    elif node.child is not None:
        node.child.insert_before(_OPEN["quoted"])
        first.insert_before(_SHUT)
