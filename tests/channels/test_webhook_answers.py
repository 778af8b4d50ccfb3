"""How answers go back to the other side of a webhook."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aiohttp import web
from standardwebhooks import Webhook as Oracle

from channels.webhook import Options, build
from intake.letters.letter import Outcome, Submission
from intake.ports import Deliver
from tests.channels.contract import Desk
from tests.channels.shop import NEXT, OURS
from tests.channels.web import site, tools
from tests.harbour import TUESDAY, FakeClock


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
