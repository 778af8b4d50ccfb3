"""The generic JSON channel: what becomes of a genuine request, and what the operator is told."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
import structlog

from channels import webhook as webhook_kind
from channels._hooks import Request, Unreadable
from channels.webhook import Options, build, read
from tests.channels.contract import Desk
from tests.channels.hook_contract import HookContract, stable_id
from tests.channels.shop import KETTLE, OTHER, OURS, request, signed, webhook
from tests.channels.web import site, tools
from tests.harbour import POLICY, TUESDAY, FakeClock


class TestWebhookContract(HookContract):
    kind = webhook_kind
    secret, other_secret = OURS, OTHER
    oversized = "x" * 5_000

    def options(self) -> Options:
        return Options(secrets_file="secrets", max_body=4_000)

    def request(self, words: str, *, secret: str, at: datetime) -> Request:
        body = json.dumps({"text": words}).encode()
        return request(body, signed(body, secret=secret, name=stable_id(words), at=at))


async def test_the_body_is_kept_untouched_and_marked_as_proven(tmp_path: Path, clock: FakeClock, secrets: Path) -> None:
    desk = Desk()
    odd = b' {"text":  "caf\\u00e9 \xe2\x98\x95", "x": 1.0e3, "text2": null}\n'
    async with (
        webhook(tmp_path, clock, desk.deliver) as (_, client),
        client.post("/hooks/shop", data=odd, headers=signed(odd)) as said,
    ):
        assert (said.status, await said.json()) == (200, {"received": 1, "new": 1})
    (raw,) = desk.messages
    assert hashlib.sha256(raw.blob).digest() == hashlib.sha256(odd).digest()
    assert (raw.channel, raw.account, raw.source_id, raw.media_type) == ("webhook", "shop", "msg_1", "application/json")
    assert raw.envelope.verified
    assert raw.received_at == TUESDAY


async def test_the_same_id_after_ten_days_is_the_same_message(tmp_path: Path, clock: FakeClock, secrets: Path) -> None:
    desk, answers = Desk(), []
    async with webhook(tmp_path, clock, desk.deliver) as (_, client):
        for days in (0, 10):
            clock.advance(days=days)
            async with client.post("/hooks/shop", data=KETTLE, headers=signed(KETTLE, at=clock.now())) as said:
                answers.append((said.status, (await said.json())["new"]))
    assert answers == [(200, 1), (200, 0)]
    assert len({raw.source_id for raw in desk.messages}) == 1


async def test_each_contact_of_a_list_is_a_message_of_its_own(tmp_path: Path, clock: FakeClock, secrets: Path) -> None:
    desk = Desk()
    both = b'[{"text": "one"}, {"text": "two"}]'
    async with (
        webhook(tmp_path, clock, desk.deliver) as (_, client),
        client.post("/hooks/shop", data=both, headers=signed(both)) as said,
    ):
        assert said.status == 200
    assert [(raw.source_id, json.loads(raw.blob)["text"]) for raw in desk.messages] == [
        ("msg_1.0", "one"),
        ("msg_1.1", "two"),
    ]


@pytest.mark.parametrize(
    ("body", "content_type", "slug"),
    [
        (b"{", "application/json", "bad_json"),
        (b"\xff\xfe", "application/json", "bad_json"),
        (b"[" * 100_000, "application/json", "bad_json"),
        (b"17", "application/json", "no_contact"),
        (b"[1]", "application/json", "no_contact"),
        (b"[" + b"{}," * 200 + b"{}]", "application/json", "no_contact"),
        (KETTLE, "text/plain", "not_json"),
    ],
)
def test_what_is_no_contact_is_unreadable(body: bytes, content_type: str, slug: str) -> None:
    with pytest.raises(Unreadable, match=slug):
        read(request(body, {"content-type": content_type, "webhook-id": "msg_1"}))


async def test_genuine_but_unreadable_is_a_bad_request_without_a_row(
    tmp_path: Path, clock: FakeClock, secrets: Path
) -> None:
    desk = Desk()
    async with (
        webhook(tmp_path, clock, desk.deliver) as (_, client),
        client.post("/hooks/shop", data=b"{oops", headers=signed(b"{oops")) as said,
    ):
        assert (said.status, await said.json()) == (400, {"error": "bad_json"})
    assert desk.messages == []


async def test_two_megabytes_are_too_large(tmp_path: Path, clock: FakeClock, secrets: Path) -> None:
    body = b'{"text": "' + b"x" * 2_000_000 + b'"}'
    desk = Desk()
    async with (
        webhook(tmp_path, clock, desk.deliver) as (_, client),
        client.post("/hooks/shop", data=BytesIO(body), headers=signed(body)) as said,
    ):
        assert said.status == 413
    assert desk.messages == []


async def test_without_a_secret_everything_is_to_be_offered_again_and_the_operator_is_told(
    tmp_path: Path, clock: FakeClock
) -> None:
    desk = Desk()
    async with webhook(tmp_path, clock, desk.deliver) as (running, client):
        async with client.post("/hooks/shop", data=KETTLE, headers=signed(KETTLE)) as said:
            assert said.status == 503
            assert said.headers["Retry-After"]
        assert ["no secret" in sentence for sentence in await running.server.probe()] == [True]


async def test_a_short_secret_is_a_fault_that_the_operator_is_told(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "shop.secrets").write_text("whsec_\n")
    channel = build("shop", Options(secrets_file="shop.secrets"), tools(tmp_path, clock))
    assert ["too short" in sentence for sentence in await channel.probe()] == [True]


async def test_logs_hold_no_words_addresses_or_secrets(tmp_path: Path, clock: FakeClock, secrets: Path) -> None:
    desk = Desk()
    with structlog.testing.capture_logs() as lines:
        async with webhook(tmp_path, clock, desk.deliver) as (_, client):
            for headers in (signed(KETTLE), signed(KETTLE, secret=OTHER)):
                async with client.post("/hooks/shop", data=KETTLE, headers=headers):
                    pass
    assert any(line["event"] == "hook_taken" for line in lines)
    assert not any(word in str(lines) for word in ("kettle", "mia@", "Mia", "whsec", OURS))


@pytest.mark.usefixtures("secrets")
async def test_a_message_is_for_the_brand_that_the_channel_speaks_for(tmp_path: Path, clock: FakeClock) -> None:
    """Who answers, in whose name and in whose hours, follows from the address that was written to."""
    first, second = POLICY.brands[0], replace(POLICY.brands[0], id="other", addresses=("care@other.example",))
    policy = replace(POLICY, brands=(first, second))
    for brand, address in (("", first.addresses[0]), ("other", "care@other.example")):
        desk = Desk()
        options = Options(secrets_file="shop.secrets", brand=brand)
        channel = build("shop", options, replace(tools(tmp_path, clock), policy=policy))
        async with site(channel, deliver=desk.deliver) as (running, client):
            url = f"{running.base}/hooks/shop"
            assert (await client.post(url, data=KETTLE, headers=signed(KETTLE))).status == 200
        assert desk.messages[0].envelope.rcpt_to == (address,)


@pytest.mark.usefixtures("secrets")
async def test_a_brand_that_there_is_not_is_told_before_we_start(tmp_path: Path, clock: FakeClock) -> None:
    channel = build("shop", Options(secrets_file="shop.secrets", brand="hrabour"), tools(tmp_path, clock))
    assert "'hrabour'" in (await channel.probe())[0]
