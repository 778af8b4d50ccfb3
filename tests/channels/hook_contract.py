"""What every provider's webhook holds to, beside what every way in does: inherited by each provider's test file.

class TestSlack(HookContract):
    kind = slack
    secret, other_secret = "...", "..."

    def request(self, words, *, secret, at):
        ...the request as the provider makes it, signed with `secret` at the time `at`...
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from aiohttp import ClientSession

from channels._hooks import Request
from intake.ports import Deliver
from tests.channels.contract import Answer, ChannelContract, Desk
from tests.channels.web import Site, meaning, site, tools
from tests.harbour import TUESDAY

NOISE = (
    "",
    "=",
    ",",
    "v1",
    "v1,",
    "v0=",
    "sha256=",
    "sha256=zz",
    "A" * 5000,
    "é",
    "\udcff",
    "9" * 400,
    "-1",
    "nan",
    "\x00",
)


class HookContract(ChannelContract):
    """Inherit it in a class called Test…, and say what a genuine request looks like."""

    kind: ModuleType  # the provider's file
    secret: str
    other_secret: str

    def request(self, words: str, *, secret: str, at: datetime) -> Request:
        """A genuine request with one message. The same words are the same message, whenever it is sent."""
        raise NotImplementedError

    def options(self) -> Any:
        return self.kind.Options(secrets_file="secrets")

    @pytest.fixture(autouse=True)
    def _secrets(self, tmp_path: Path) -> None:
        self.data = tmp_path
        (tmp_path / "secrets").write_text(f"{self.secret}\n")

    @asynccontextmanager
    async def running(self, deliver: Deliver) -> AsyncIterator[HookWire]:
        channel = self.kind.build("hook", self.options(), tools(self.data))
        async with site(channel, deliver=deliver) as (running, client):
            yield HookWire(self, running, client)

    def genuine(self) -> Request:
        return self.request("the kettle leaks", secret=self.secret, at=TUESDAY)

    def refusal(self, request: Request, *secrets: str, at: datetime = TUESDAY) -> str | None:
        slug: str | None = self.kind.verify(request, secrets or (self.secret,), at)
        return slug

    def test_a_genuine_request_is_believed_and_its_words_are_read(self) -> None:
        assert self.refusal(self.genuine()) is None
        (message,) = self.kind.read(self.genuine()).messages
        assert b"the kettle leaks" in message.blob
        assert message.source_id

    def test_while_a_secret_is_replaced_both_are_good(self) -> None:
        assert self.refusal(self.genuine(), self.other_secret, self.secret) is None
        assert self.refusal(self.genuine(), self.secret, self.other_secret) is None

    def test_what_another_secret_signed_proves_nothing(self) -> None:
        assert self.refusal(self.request("the kettle leaks", secret=self.other_secret, at=TUESDAY))

    def test_without_headers_or_without_a_secret_nothing_is_proven(self) -> None:
        assert self.refusal(replace(self.genuine(), headers=()))
        assert self.kind.verify(self.genuine(), (), TUESDAY)
        assert self.refusal(self.genuine(), "")

    def test_a_changed_body_proves_nothing(self) -> None:
        genuine = self.genuine()
        assert self.refusal(replace(genuine, body=genuine.body.replace(b"kettle", b"kettlf")))

    def test_noise_in_any_header_never_raises_and_proves_nothing(self) -> None:
        genuine = self.genuine()
        signed = [name for name, _ in genuine.headers if name.lower() != "content-type"]
        for spoilt in signed:
            for noise in NOISE:
                headers = tuple((name, noise if name == spoilt else value) for name, value in genuine.headers)
                assert self.refusal(replace(genuine, headers=headers)), (spoilt, noise)

    async def test_what_is_not_believed_is_refused_on_the_wire_and_leaves_no_row(self) -> None:
        desk = Desk()
        async with self.running(desk.deliver) as wire:
            forged = self.request("the kettle leaks", secret=self.other_secret, at=TUESDAY)
            assert await wire.post(forged) is Answer.REFUSED
        assert desk.messages == []


class HookWire:
    """The provider, posting to us."""

    def __init__(self, contract: HookContract, running: Site, client: ClientSession) -> None:
        self._contract, self._client, self.stop = contract, client, running.stop

    async def offer(self, words: str) -> Answer:
        return await self.post(self._contract.request(words, secret=self._contract.secret, at=TUESDAY))

    async def post(self, request: Request) -> Answer:
        async with self._client.post("/hooks/hook", data=request.body, headers=request.headers) as said:
            return meaning(said.status)


def stable_id(words: str) -> str:
    """An id that a provider would give to these words."""
    return "msg_" + hashlib.sha256(words.encode()).hexdigest()[:16]
