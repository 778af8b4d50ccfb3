"""HTML to text, and HTML made safe to show: no scripts, no styles, nothing that is fetched from elsewhere.

The libraries for it take up 8 MB, and are loaded with the first page.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from intake.message import Message
from intake.mime.defects import Defect

if TYPE_CHECKING:
    from nh3 import Cleaner

MAX_HTML = 1_000_000  # characters
MAX_DEEP = 2000  # elements inside each other; the sanitiser's cost is quadratic in it

MAX_HIDDEN = 50  # elements that are looked for, each of which takes a walk through the page
_HIDES = re.compile(r"display\s{0,3}:\s{0,3}none|\shidden[\s=>]", re.IGNORECASE)
# Only what is inside of the body: of a page that hides itself as a whole, every word is read.
_HIDDEN = 'body [hidden], body [style*="display:none" i], body [style*="display: none" i]'

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_NO_DEPTH = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "p", "li", "td", "tr", "th"}
)
_TAGS = {"font"}  # beside what the sanitiser lets through
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "name"},
    "blockquote": {"type"},
    "img": {"alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)


def text_of(html: str) -> str:
    """The visible words, with lists and tables kept readable."""
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(_visible(html[:MAX_HTML]), alt_texts=False))


def _visible(html: str) -> str:
    """The page without the elements that it says are not to be shown."""
    if not _HIDES.search(html) or too_deep(html):
        return html
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(html)
    for _ in range(MAX_HIDDEN):  # one after the other, since what is inside a removed element is gone with it
        hidden = page.css_first(_HIDDEN)
        if hidden is None:
            break
        hidden.decompose()
    return page.html or ""


def bounded(page: str) -> tuple[str | None, tuple[Defect, ...]]:
    """As much of a page as can be made safe in bounded time. None where it nests too deep for that."""
    if too_deep(page):
        return None, (Defect.LIMIT_HTML,)
    return page[:MAX_HTML], (Defect.LIMIT_HTML,) if len(page) > MAX_HTML else ()


def safe(message: Message) -> str | None:
    """The message's page, safe to show as it is: only images that came with the message, nothing that runs or is fetched.

    Made when somebody looks, since it costs as much as all other reading and no decision asks for it.
    """
    if not message.page:
        return message.page
    images = frozenset(f"cid:{one.content_id}" for one in message.attachments if one.content_id)
    return _ready(images).clean(message.page)


def _cleaner(images: frozenset[str]) -> Cleaner:
    """What cleans a page that may show these images."""
    from nh3 import ALLOWED_TAGS, Cleaner

    return Cleaner(
        tags=ALLOWED_TAGS | _TAGS,
        attributes=_ATTRIBUTES,
        tag_attribute_values={"img": {"src": set(images)}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


_ready = lru_cache(maxsize=16)(_cleaner)  # making one costs more than using it on a short page


def too_deep(html: str) -> bool:
    """Whether elements nest deeper than the sanitiser can afford. Few tags need no count."""
    if html.count("<") <= MAX_DEEP:
        return False
    depth = 0
    for match in _TAG.finditer(html):
        if match[2].lower() not in _NO_DEPTH:
            depth += -1 if match[1] else 1
            if depth > MAX_DEEP:
                return True
    return False


def of_text(text: str) -> str:
    """Plain text as HTML."""
    return f"<pre>{escape(text)}</pre>"


def declared_charset(data: bytes) -> str:
    """What a meta element says, for parts whose header does not."""
    match = _CHARSET.search(data[:2048])
    return match[1].decode() if match else ""
