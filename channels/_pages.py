"""The widget's own files, as they are sent: read once, with the brand filled in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

STATIC = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}

# Nothing inline and nothing from elsewhere: the widget must live under a policy as strict as any customer's page has.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Page:
    """One file. A browser that has it already is told so (RFC 9110 section 13)."""

    def __init__(self, name: str, text: str) -> None:
        self._body = text.encode()
        self._type = TYPES[Path(name).suffix]
        self._mark = hashlib.sha256(self._body).hexdigest()[:20]

    async def show(self, request: web.Request) -> web.Response:
        headers = {
            "ETag": f'"{self._mark}"',
            "Cache-Control": "public, max-age=300",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Content-Security-Policy": POLICY,
        }
        if any(tag.value == self._mark for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=self._body, content_type=self._type, charset="utf-8", headers=headers)


def script(settings: Mapping[str, Any]) -> Page:
    """The widget: its settings and its style are part of it, so that a page asks for one file."""
    filled = orjson.dumps({**settings, "style": _file("widget.css")}).decode()
    return Page("widget.js", _file("widget.js").replace("__SETTINGS__", filled))


def page(name: str, brand: str, colour: str) -> Page:
    """A page or style sheet, with the brand's name and colour filled in."""
    return Page(name, _file(name).replace("__BRAND__", escape(brand)).replace("__COLOUR__", escape(colour)))


def _file(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
