"""Which pages may talk to a chat: CORS (Fetch standard) for the origins that the settings name, and for our own pages.

Requests without an origin do not come from a page; they need no leave, because nothing here goes by cookies.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from aiohttp import web

from channels._answers import Refused, polite

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def leave(request: web.Request, origins: Collection[str]) -> dict[str, str]:
    """The headers that let a page read the answer. Raises `Refused` for a page that may not."""
    origin = request.headers.get("Origin")
    if origin is None:
        return {}
    if origin not in origins and origin.partition("://")[2] != request.host:
        raise Refused(403, "origin_not_allowed")
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def shared(handler: Handler, origins: Collection[str]) -> Handler:
    """The same handler, with leave on its answers: also on refusals, which the page must be able to read."""

    async def share(request: web.Request) -> web.StreamResponse:
        headers = leave(request, origins)
        said = await polite(request, handler)
        if not said.prepared:
            said.headers.update(headers)
        return said

    return share


def preflight(origins: Collection[str]) -> Handler:
    """What a browser asks before it sends JSON from elsewhere."""

    async def ask(request: web.Request) -> web.StreamResponse:
        headers = {
            **leave(request, origins),
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Max-Age": "600",
        }
        return web.Response(status=204, headers=headers)

    return ask
