"""The generic JSON channel: who is believed, what becomes of a request, and how answers go back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientSession, web
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Oracle

from channels import webhook as webhook_kind
from channels._hooks import Request, Unreadable
from channels.webhook import Options, build, read, verify
from intake.letters.letter import Outcome, Submission
from intake.ports import Deliver
from tests.channels.contract import Desk
from tests.channels.hook_contract import HookContract, stable_id
from tests.channels.web import Site, site, tools
from tests.harbour import POLICY, TUESDAY, FakeClock

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


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    path = tmp_path / "shop.secrets"
    path.write_text(f"# the shop\n{OURS}\n{NEXT}\n")
    return path


@asynccontextmanager
async def webhook(
    tmp_path: Path, clock: FakeClock, deliver: Deliver, **options: Any
) -> AsyncIterator[tuple[Site, ClientSession]]:
    channel = build("shop", Options(secrets_file="shop.secrets", **options), tools(tmp_path, clock))
    async with site(channel, deliver=deliver) as running:
        yield running


class TestWebhookContract(HookContract):
    kind = webhook_kind
    secret, other_secret = OURS, OTHER
    oversized = "x" * 5_000

    def options(self) -> Options:
        return Options(secrets_file="secrets", max_body=4_000)

    def request(self, words: str, *, secret: str, at: datetime) -> Request:
        body = json.dumps({"text": words}).encode()
        return request(body, signed(body, secret=secret, name=stable_id(words), at=at))


def test_the_example_of_the_standard_verifies() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    at = datetime.fromtimestamp(1614265330, tz=UTC)
    svix = {name.replace("webhook", "svix"): value for name, value in headers.items()}
    for spelling in (headers, svix):
        assert verify(request(b'{"test": 2432232314}', spelling), [OURS], at) is None
    assert verify(request(b'{"test": 2432232314}', headers), ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], at) is None


def changed(**headers: str) -> dict[str, str]:
    return {**signed(KETTLE), **{name.replace("_", "-"): value for name, value in headers.items()}}


REFUSED = {
    "another key": (KETTLE, signed(KETTLE, secret=OTHER)),
    "a body changed by one byte": (KETTLE.replace(b"leaks", b"leakt"), signed(KETTLE)),
    "no headers": (KETTLE, {"content-type": "application/json"}),
    "no signature": (KETTLE, changed(webhook_signature="")),
    "a truncated signature": (KETTLE, changed(webhook_signature=signed(KETTLE)["webhook-signature"][:-6])),
    "a signature without a comma": (KETTLE, changed(webhook_signature="garbage")),
    "an empty signature": (KETTLE, changed(webhook_signature="v1,")),
    "another version's signature": (
        KETTLE,
        changed(webhook_signature=signed(KETTLE)["webhook-signature"].replace("v1", "v1a")),
    ),
    "a signature beyond ASCII": (KETTLE, changed(webhook_signature="v1,\u00e9\u00e9\u00e9\u00e9")),
    "a timestamp that is none": (KETTLE, changed(webhook_timestamp="soon")),
    "a timestamp in Arabic digits": (KETTLE, changed(webhook_timestamp="\u0661\u0662\u0663")),
    "a timestamp of a thousand digits": (KETTLE, changed(webhook_timestamp="1" * 1000)),
    "the id of another message": (KETTLE, changed(webhook_id="msg_2")),
    "a dot inside the id": (KETTLE, signed(KETTLE, name="msg.1")),
    "six minutes late": (KETTLE, signed(KETTLE, at=datetime(2026, 1, 13, 9, 58, tzinfo=UTC))),
    "six minutes early": (KETTLE, signed(KETTLE, at=datetime(2026, 1, 13, 10, 10, tzinfo=UTC))),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_proves_nothing_is_refused_and_leaves_no_row(
    case: str, tmp_path: Path, clock: FakeClock, secrets: Path
) -> None:
    body, headers = REFUSED[case]
    desk = Desk()
    async with (
        webhook(tmp_path, clock, desk.deliver) as (_, client),
        client.post(
            "/hooks/shop", data=body, headers={name: value for name, value in headers.items() if value}
        ) as said,
    ):
        assert said.status == 401
    assert desk.messages == []


async def test_a_doubled_header_is_refused(tmp_path: Path, clock: FakeClock, secrets: Path) -> None:
    desk = Desk()
    headers = [*signed(KETTLE).items(), ("webhook-id", "msg_2")]
    async with (
        webhook(tmp_path, clock, desk.deliver) as (_, client),
        client.post("/hooks/shop", data=KETTLE, headers=headers) as said,
    ):
        assert said.status == 401


@given(
    st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text(max_size=80)),
    st.binary(max_size=50),
    st.lists(st.text(max_size=40), max_size=3),
)
def test_verifying_never_raises_and_never_believes_noise(
    headers: dict[str, str], body: bytes, secrets: list[str]
) -> None:
    assert verify(request(body, headers), [OURS, *secrets], TUESDAY) is not None


def test_an_empty_secret_verifies_nothing() -> None:
    forged = {**signed(KETTLE), "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}
    for secret in ("", "whsec_", "whsec_=", "not base64!"):
        assert verify(request(KETTLE, forged), [secret], TUESDAY) == "signature_wrong"


def test_a_fraction_behind_the_seconds_is_borne_with() -> None:
    """Resend's own senders, and the libraries of the standard, sign the whole seconds only."""
    headers = signed(KETTLE)
    headers["webhook-timestamp"] += ".700472"
    assert verify(request(KETTLE, headers), [OURS], TUESDAY) is None


def test_while_a_secret_is_replaced_both_are_good_and_one_good_signature_among_others_is_enough() -> None:
    assert verify(request(KETTLE, signed(KETTLE, secret=NEXT)), [OURS, NEXT], TUESDAY) is None
    many = " ".join(["v1,AAAA", "v2,AAAA", "garbage", signed(KETTLE)["webhook-signature"]])
    assert verify(request(KETTLE, {**signed(KETTLE), "webhook-signature": many}), [NEXT, OURS], TUESDAY) is None


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


class Receiver:
    """The other side's endpoint for answers."""

    def __init__(self, status: int) -> None:
        self.status, self.bodies, self.headers = status, list[bytes](), list[dict[str, str]]()

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        return web.Response(status=self.status, headers={"Location": "/elsewhere"} if self.status == 302 else None)

    def routes(self, deliver: Deliver) -> list[web.RouteDef]:
        return [web.post("/answers", self.take)]

    async def probe(self) -> list[str]:
        return []

    async def close(self) -> None: ...


ANSWER = Submission(
    channel="webhook",
    mail_from="",
    rcpt_to=("order-7",),
    message_id="l1@harbour.example",
    blob=b'{"text": "Done.", "from_name": "Asha"}',
)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, Outcome.ACCEPTED), (204, Outcome.ACCEPTED), (302, Outcome.DEFERRED), (404, Outcome.REJECTED),
     (410, Outcome.REJECTED), (429, Outcome.DEFERRED), (500, Outcome.DEFERRED), (503, Outcome.DEFERRED)],
)  # fmt: skip
async def test_an_answer_is_posted_once_and_its_status_tells_what_became_of_it(
    status: int, outcome: Outcome, tmp_path: Path, clock: FakeClock, secrets: Path
) -> None:
    receiver = Receiver(status)
    async with site(receiver, deliver=Desk().deliver) as (running, _):
        options = Options(secrets_file="shop.secrets", reply_url=f"{running.base}/answers")
        (delivery,) = await build("shop", options, tools(tmp_path, clock)).send(ANSWER)
    assert (delivery.recipient, delivery.outcome, delivery.code) == ("order-7", outcome, status)
    assert [json.loads(body) for body in receiver.bodies] == [
        {"conversation": "order-7", "text": "Done.", "from_name": "Asha"}
    ]


async def test_an_answer_verifies_with_either_secret_of_the_other_side(
    tmp_path: Path, clock: FakeClock, secrets: Path
) -> None:
    receiver = Receiver(200)
    async with site(receiver, deliver=Desk().deliver) as (running, _):
        options = Options(secrets_file="shop.secrets", reply_url=f"{running.base}/answers")
        await build("shop", options, tools(tmp_path, clock)).send(ANSWER)
    (headers,), (body,) = receiver.headers, receiver.bodies
    expected = [Oracle(secret).sign("l1@harbour.example", TUESDAY, body.decode()) for secret in (OURS, NEXT)]
    assert headers["webhook-id"] == "l1@harbour.example"
    assert headers["webhook-signature"].split() == expected


async def test_an_answer_to_nobody_at_home_is_tried_again(tmp_path: Path, clock: FakeClock, secrets: Path) -> None:
    options = Options(secrets_file="shop.secrets", reply_url="http://127.0.0.1:1/answers")
    (delivery,) = await build("shop", options, tools(tmp_path, clock)).send(ANSWER)
    assert delivery.outcome is Outcome.DEFERRED


async def test_an_answer_that_has_nowhere_to_go_is_not_tried_again_and_again(
    tmp_path: Path, clock: FakeClock, secrets: Path
) -> None:
    (delivery,) = await build("shop", Options(secrets_file="shop.secrets"), tools(tmp_path, clock)).send(ANSWER)
    assert (delivery.recipient, delivery.outcome) == ("order-7", Outcome.REJECTED)


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
