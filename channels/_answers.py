"""What is said on HTTP: short JSON with a slug, safe headers, and never the text of an exception.

RFC 9110 (status codes, Retry-After). A fault of ours is always 503: the other side keeps its message and offers it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import structlog
from aiohttp import web

from intake.ports import TryLater

log = structlog.get_logger()

RETRY_AFTER = 30  # seconds, for faults of ours
BODY_SECONDS = 10.0  # for the whole body: whoever needs longer is holding the connection, not sending

SERVER = "Answerable"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

SLUGS = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class Refused(Exception):
    """What was sent cannot be taken. `slug` says why, in one word that holds nothing of what was sent."""

    def __init__(self, status: int, slug: str, *, retry_after: int = 0) -> None:
        super().__init__(slug)
        self.status, self.slug, self.retry_after = status, slug, retry_after


def answer(status: int, said: object, *, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer."""
    return web.Response(status=status, body=orjson.dumps(said), content_type="application/json", headers=headers)


def refusal(status: int, slug: str, *, retry_after: int = 0) -> web.Response:
    """The answer to what is not taken. With `retry_after` seconds it may be offered again."""
    return answer(status, {"error": slug}, headers={"Retry-After": str(retry_after)} if retry_after else None)


async def read_body(request: web.Request, limit: int, *, seconds: float = BODY_SECONDS) -> bytes:
    """The body's bytes as they came. Raises `Refused`: 413 beyond `limit` bytes, 408 when too slow, 415 when packed.

    aiohttp has neither a limit for one route nor a deadline for a body.
    """
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Refused(415, "packed_body")
    if (request.content_length or 0) > limit:
        raise Refused(413, "too_large")
    if request.content.is_eof():  # it came with the head, as short ones do: nothing is left to wait for
        whole = request.content.read_nowait()
        if len(whole) > limit:
            raise Refused(413, "too_large")
        return whole
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise Refused(413, "too_large")
    except TimeoutError:
        raise Refused(408, "too_slow") from None
    return bytes(body)


async def read_json(request: web.Request, limit: int) -> dict[str, Any]:
    """The body as a JSON object. Raises `Refused` also for any other content type, which a browser sends without asking."""
    if request.content_type != "application/json":
        raise Refused(400, "not_json")
    try:
        said = orjson.loads(await read_body(request, limit))
    except orjson.JSONDecodeError:
        raise Refused(400, "bad_json") from None
    if not isinstance(said, dict):
        raise Refused(400, "bad_json")
    return said


@web.middleware
async def polite(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Every way a handler can fail, as an answer."""
    try:
        return await handler(request)
    except Refused as refused:
        answered = refusal(refused.status, refused.slug, retry_after=refused.retry_after)
        if refused.status in (408, 413):
            answered.force_close()  # The rest of the body is not waited for.
        return answered
    except web.HTTPException as wrong:
        answered = refusal(wrong.status, SLUGS.get(wrong.status, "refused"))
        if "Allow" in wrong.headers:
            answered.headers["Allow"] = wrong.headers["Allow"]
        return answered
    except TryLater:
        return refusal(503, "try_later", retry_after=RETRY_AFTER)
    except ConnectionError:
        raise  # The other side has left: there is nobody to answer.
    except Exception as fault:
        log.error("http_fault", fault=type(fault).__name__, route=_route(request))
        return refusal(503, "try_later", retry_after=RETRY_AFTER)


def _route(request: web.Request) -> str:
    """The address as it was laid out, without what a visitor put into it."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""


async def dress(request: web.Request, response: web.StreamResponse) -> None:
    """Safe headers on everything, unless a route has its own. For `Application.on_response_prepare`."""
    headers = response.headers
    headers["Server"] = SERVER
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
