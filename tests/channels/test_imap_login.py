"""How a mailbox is opened: over TLS, by password, and by tokens that end and are renewed."""

from __future__ import annotations

import asyncio
import base64
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from channels._oauth import NoToken, OAuth, TokenSource
from tests.channels.contract import Desk
from tests.channels.mailboxes import USERS, build, mail, running, until
from tests.harbour import FakeClock
from tests.servers import dovecot
from tests.servers.dovecot import Dovecot, free_port
from tests.servers.proxy import Fault, between


@dataclass
class TokenServer:
    """A provider's: gives tokens, ends them, and tells the mail server whose they are."""

    port: int
    refresh: str = "refresh-1"
    rotates: bool = False
    good: set[str] = field(default_factory=set)
    owner: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    answer: web.Response | None = None
    busy: int = 0  # times that it does not know whose a token is

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/token"

    async def token(self, request: web.Request) -> web.Response:
        self.asked.append({key: str(value) for key, value in (await request.post()).items()})
        if self.answer is not None:
            return self.answer
        said = self.asked[-1]
        if said["grant_type"] == "refresh_token" and said["refresh_token"] != self.refresh:
            return web.json_response({"error": "invalid_grant"}, status=400)
        given = {"access_token": f"token-{len(self.asked)}", "token_type": "Bearer", "expires_in": 3600}
        self.good.add(given["access_token"])
        if self.rotates:
            self.refresh = f"refresh-{len(self.asked) + 1}"
            given["refresh_token"] = self.refresh
        return web.json_response(given)

    async def whose(self, request: web.Request) -> web.Response:
        if self.busy:
            self.busy -= 1
            return web.Response(status=500)
        token = request.query.get("access_token", "")
        if token not in self.good:
            return web.json_response({"error": "invalid_token"}, status=401)
        return web.json_response({"username": self.owner})

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        app = web.Application()
        app.add_routes([web.post("/token", self.token), web.get("/whose", self.whose)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        try:
            yield
        finally:
            await runner.cleanup()


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def server(port: int, authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    certificate = tmp_path_factory.mktemp("tls") / "dovecot.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    with dovecot.running(f"http://127.0.0.1:{port}/whose?access_token=", certificate=certificate) as running:
        yield running


@pytest.fixture
async def tokens(port: int) -> AsyncIterator[TokenServer]:
    server = TokenServer(port=port)
    async with server.running():
        yield server


@pytest.fixture
def by_token(tokens: TokenServer, tmp_path: Path) -> OAuth:
    (tmp_path / "refresh").write_text("refresh-1\n")
    (tmp_path / "client").write_text("s/e+c=r~t\n")
    return OAuth(
        token_url=tokens.url, client_id="desk", client_secret_file="client", refresh_token_file="refresh", scope="mail"
    )


# TLS


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_a_mailbox_is_read_over_tls_with_a_private_authority(
    tls: str, server: Dovecot, authority: trustme.CA, tmp_path: Path
):
    user, desk = next(USERS), Desk()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    server.append(user, mail("over TLS"))
    port = server.tls_port if tls == "implicit" else server.port
    async with running(build(port, user, tmp_path, tls=tls, ca_file="ca.pem", host="localhost"), desk.deliver):
        await until(desk, 1)


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_a_certificate_that_we_do_not_trust_is_told_and_no_password_is_sent(
    tls: str, server: Dovecot, tmp_path: Path
):
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    port = server.tls_port if tls == "implicit" else server.port
    channel = build(port, next(USERS), tmp_path, tls=tls, ca_file="ca.pem", host="localhost")
    (fault,) = await channel.probe()
    assert "SSLCertVerificationError" in fault


async def test_a_password_file_that_is_missing_is_told_and_can_be_put_right_while_we_run(
    server: Dovecot, tmp_path: Path
):
    user, desk = next(USERS), Desk()
    server.append(user, mail("patience"))
    channel = build(server.port, user, tmp_path)
    (tmp_path / "password").rename(tmp_path / "elsewhere")
    assert len(await channel.probe()) == 1
    async with running(channel, desk.deliver):
        await asyncio.sleep(0.2)
        (tmp_path / "elsewhere").rename(tmp_path / "password")
        await until(desk, 1)


# Tokens


async def test_a_token_is_said_as_google_and_microsoft_document_it(
    server: Dovecot, tokens: TokenServer, by_token: OAuth, tmp_path: Path
):
    tokens.owner = next(USERS)
    async with between(server.port) as proxy:
        assert await build(proxy.port, tokens.owner, tmp_path, oauth=by_token).probe() == []
    said = bytes(proxy.heard).partition(b"AUTHENTICATE XOAUTH2\r\n")[2].partition(b"\r\n")[0]
    assert base64.b64decode(said) == f"user={tokens.owner}\x01auth=Bearer token-1\x01\x01".encode()


async def test_a_server_that_cannot_check_a_login_just_now_is_asked_again_soon(
    server: Dovecot, tokens: TokenServer, by_token: OAuth, tmp_path: Path
):
    tokens.owner, desk = next(USERS), Desk()
    server.append(tokens.owner, mail("soon"))
    async with between(server.port, Fault(cut_after=150)) as proxy:
        (fault,) = await build(proxy.port, tokens.owner, tmp_path, oauth=by_token).probe()
    assert "refuses" not in fault
    tokens.busy = 1
    async with running(build(server.port, tokens.owner, tmp_path, oauth=by_token), desk.deliver):
        await until(desk, 1)


async def test_a_mailbox_is_opened_by_a_token_got_with_a_refresh_token(
    server: Dovecot, tokens: TokenServer, by_token: OAuth, tmp_path: Path
):
    tokens.owner, desk = next(USERS), Desk()
    server.append(tokens.owner, mail("no password"))
    async with running(build(server.port, tokens.owner, tmp_path, oauth=by_token), desk.deliver):
        await until(desk, 1)
    assert tokens.asked == [
        {
            "grant_type": "refresh_token",
            "refresh_token": "refresh-1",
            "scope": "mail",
            "client_id": "desk",
            "client_secret": "s/e+c=r~t",
        }
    ]


async def test_a_token_that_ended_early_is_renewed_and_the_next_visit_works(
    server: Dovecot, tokens: TokenServer, by_token: OAuth, tmp_path: Path
):
    tokens.owner, desk = next(USERS), Desk()
    server.append(tokens.owner, mail("first"))
    channel = build(server.port, tokens.owner, tmp_path, oauth=by_token)
    async with running(channel, desk.deliver):
        await until(desk, 1)
        tokens.good.clear()
        await asyncio.to_thread(server.kick, tokens.owner)
        await asyncio.to_thread(server.append, tokens.owner, mail("second"))
        await until(desk, 2)
    assert tokens.good == {"token-2"}


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 400, "text": '{"error": "invalid_grant"}', "content_type": "application/json"},
        {"status": 200, "text": "{}", "content_type": "application/json"},
        {"status": 200, "text": "<html>Log in</html>", "content_type": "text/html"},
        {"status": 200, "text": '{"access_token": "t", "expires_in": "soon"}', "content_type": "application/json"},
        {"status": 503, "text": "busy"},
    ],
    ids=["withdrawn", "empty", "page", "garbled", "busy"],
)
async def test_whatever_the_token_server_answers_the_operator_is_told(
    answer: dict[str, object], server: Dovecot, tokens: TokenServer, by_token: OAuth, tmp_path: Path
):
    tokens.answer = web.Response(**answer)
    assert len(await build(server.port, next(USERS), tmp_path, oauth=by_token).probe()) == 1


async def test_a_refresh_token_that_is_replaced_is_written_back(tokens: TokenServer, by_token: OAuth, tmp_path: Path):
    """odoo #109213: the new one was forgotten, and weeks later the mailbox went dark."""
    tokens.rotates = True
    clock = FakeClock()
    source = TokenSource(by_token, clock, tmp_path)
    assert await asyncio.to_thread(source.token) == "token-1"
    clock.advance(minutes=57)
    assert await asyncio.to_thread(source.token) == "token-1"
    clock.advance(minutes=2)
    assert await asyncio.to_thread(source.token) == "token-2"
    assert await asyncio.to_thread(TokenSource(by_token, clock, tmp_path).token) == "token-3"
    assert (tmp_path / "refresh").read_text() == tokens.refresh == "refresh-4"
    assert stat.S_IMODE((tmp_path / "refresh").stat().st_mode) == 0o600


async def test_an_application_gets_its_token_without_a_person(tokens: TokenServer, tmp_path: Path):
    (tmp_path / "client").write_text("secret")
    options = OAuth(token_url=tokens.url, client_id="desk", client_secret_file="client", scope="mail/.default")
    assert await asyncio.to_thread(TokenSource(options, FakeClock(), tmp_path).token) == "token-1"
    assert tokens.asked[0]["grant_type"] == "client_credentials"
    assert tokens.asked[0]["scope"] == "mail/.default"


async def test_consent_that_was_withdrawn_is_told_from_a_network_that_is_down(
    tokens: TokenServer, by_token: OAuth, tmp_path: Path
):
    tokens.refresh = "another"
    with pytest.raises(NoToken, match="invalid_grant"):
        await asyncio.to_thread(TokenSource(by_token, FakeClock(), tmp_path).token)
    options = OAuth(token_url="http://127.0.0.1:1/token", client_id="desk")
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(TokenSource(options, FakeClock(), tmp_path).token)
