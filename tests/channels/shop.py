"""A shop that hands contacts in by webhook, signed as the reference library of the standard signs them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from standardwebhooks import Webhook as Oracle

from channels._hooks import Request
from channels.webhook import Options, build
from intake.ports import Deliver
from tests.channels.web import Site, site, tools
from tests.harbour import TUESDAY, FakeClock

OURS = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEXT = "whsec_bmV4dCBzZWNyZXQgb2YgdGhlIGhhcmJvdXIgZGVzaw=="
OTHER = "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCBlbnRpcmVseQ=="
KETTLE = b'{"id": "k1", "sender": {"name": "Mia", "email": "mia@post.example"}, "text": "The kettle leaks"}'


def signed(body: bytes, *, secret: str = OURS, name: str = "msg_1", at: datetime = TUESDAY) -> dict[str, str]:
    """Headers as the reference library of the other side makes them."""
    return {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Oracle(secret).sign(name, at, body.decode()),
    }


def request(body: bytes, headers: Mapping[str, str]) -> Request:
    return Request(headers=tuple(headers.items()), body=body)


@asynccontextmanager
async def webhook(
    tmp_path: Path, clock: FakeClock, deliver: Deliver, **options: Any
) -> AsyncIterator[tuple[Site, ClientSession]]:
    channel = build("shop", Options(secrets_file="shop.secrets", **options), tools(tmp_path, clock))
    async with site(channel, deliver=deliver) as running:
        yield running
