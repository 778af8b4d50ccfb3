"""Letters go out under TLS, and passwords and tokens to the right server only."""

from __future__ import annotations

import asyncio
import base64
import ssl

import pytest

from channels._oauth import OAuth
from channels._smtp_accounts import account_line
from channels.smarthost import Options, build
from intake.letters.letter import Outcome
from tests.channels.contract import Desk
from tests.channels.script import LETTER, Script, scripted, submission
from tests.channels.wire import listening, tools


@pytest.fixture
def folder(tmp_path, authority):
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(tmp_path / "tls.pem")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    (tmp_path / "accounts").write_text(account_line("desk", "correct horse", b"0123456789abcdef"))
    (tmp_path / "right").write_text("correct horse\n")
    (tmp_path / "wrong").write_text("battery staple\n")
    return tmp_path


@pytest.mark.parametrize(
    "replies", [{}, {"EHLO": "250-hello\r\n250 STARTTLS"}, {"EHLO": "250-hello\r\n250 STARTTLS", "STARTTLS": "454 no"}]
)
async def test_without_the_tls_that_was_asked_for_nothing_is_sent(replies):
    async with scripted(replies, tls="starttls", timeout=0.5) as (smarthost, script):
        (delivery,) = await smarthost.send(submission())
        assert delivery.outcome is Outcome.DEFERRED
        assert not [line for line in script.said if line.startswith(("MAIL", "AUTH"))]


@pytest.mark.parametrize(
    ("options", "outcome", "code"),
    [
        ({"ca_file": "ca.pem", "password_file": "right"}, "accepted", 250),
        ({"verify": False, "password_file": "right"}, "accepted", 250),
        ({"ca_file": "ca.pem", "password_file": "wrong"}, "deferred", 535),
        ({"ca_file": "ca.pem", "password_file": "missing"}, "deferred", 0),
        ({"password_file": "right"}, "deferred", 0),
        ({"ca_file": "ca.pem", "password_file": "right", "host": "127.0.0.1"}, "deferred", 0),
    ],
    ids=["right", "unverified", "wrong password", "no password", "unknown authority", "wrong name"],
)
async def test_a_login_over_tls_is_right_or_the_letter_waits(folder, options, outcome, code):
    desk = Desk()
    async with listening(desk.deliver, folder, tls_certificate="tls.pem", accounts="accounts") as (listener, _):
        common = {"host": "localhost", "port": listener.address[1], "user": "desk"}
        smarthost = build("smarthost", Options(**{**common, **options}), tools(folder))
        (delivery,) = await smarthost.send(submission("help@harbour.example"))
        assert (delivery.outcome.value, delivery.code) == (outcome, code)
        assert bool(await smarthost.probe()) is (outcome == "deferred")
        await smarthost.close()
    assert [m.envelope.login for m in desk.messages] == (["desk"] if outcome == "accepted" else [])
    assert [m.blob for m in desk.messages] == ([LETTER] if outcome == "accepted" else [])


async def test_implicit_tls_speaks_tls_from_the_first_byte(folder, authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "tls.pem")
    server = await asyncio.start_server(Script({}), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    smarthost = build(
        "smarthost", Options(host="localhost", port=port, tls="implicit", ca_file="ca.pem"), tools(folder)
    )
    assert (await smarthost.send(submission()))[0].outcome is Outcome.ACCEPTED
    await smarthost.close()
    server.close()
    await server.wait_closed()


async def test_a_password_is_not_said_in_clear_text_to_a_server_elsewhere(folder, monkeypatch):
    monkeypatch.setattr("channels.smarthost.LOOPBACK", ())
    async with scripted({"EHLO": "250-hello\r\n250 AUTH PLAIN"}, user="desk", password_file="right") as (
        smarthost,
        script,
    ):
        (delivery,) = await smarthost.send(submission())
        assert delivery.outcome is Outcome.DEFERRED
        assert not [line for line in script.said if line.startswith("AUTH")]


class Tokens:
    """In place of a provider's token server."""

    def __init__(self) -> None:
        self.forgotten = 0

    def token(self) -> str:
        return "ya29.token"

    def forget(self) -> None:
        self.forgotten += 1


@pytest.mark.parametrize(
    ("reply", "outcome", "forgotten"),
    [("235 2.7.0 welcome", "accepted", 0), ("535 5.7.8 bad token", "deferred", 1)],
)
async def test_a_token_logs_in_and_a_refused_one_is_forgotten(reply, outcome, forgotten):
    oauth = OAuth(token_url="https://token.example", client_id="desk")
    replies = {"EHLO": "250-hello\r\n250 AUTH XOAUTH2 PLAIN", "AUTH": reply}
    async with scripted(replies, user="desk@harbour.example", oauth=oauth) as (smarthost, script):
        smarthost._tokens = tokens = Tokens()
        (delivery,) = await smarthost.send(submission())
        assert delivery.outcome.value == outcome
        said = next(line for line in script.said if line.startswith("AUTH"))
        assert base64.b64decode(said.split()[2]) == b"user=desk@harbour.example\x01auth=Bearer ya29.token\x01\x01"
        assert tokens.forgotten == forgotten


async def test_a_token_server_that_is_down_defers():
    oauth = OAuth(token_url="http://127.0.0.1:1/token", client_id="desk")
    async with scripted({}, user="desk@harbour.example", oauth=oauth) as (smarthost, _):
        (delivery,) = await smarthost.send(submission())
        assert delivery.outcome is Outcome.DEFERRED
