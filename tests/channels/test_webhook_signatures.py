"""Who is believed by the generic JSON channel: the signatures of Standard Webhooks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.webhook import verify
from tests.channels.contract import Desk
from tests.channels.shop import KETTLE, NEXT, OTHER, OURS, request, signed, webhook
from tests.harbour import TUESDAY, FakeClock


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
