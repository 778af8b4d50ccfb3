"""Letters out through a mail server of the company's or the provider's (RFC 6409), by aiosmtplib over kept connections.

Signed where there is a DKIM key. TLS as configured or not at all: where it fails, letters wait. XOAUTH2 for providers that
take no passwords. A fault of the connection or of the login defers a letter; only an answer about the letter itself or its
recipient rejects it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import structlog
from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPResponseException

from channels import Tools
from channels._dkim_options import Options as DkimOptions
from channels._oauth import OAuth, TokenSource
from channels._smtp_client import RSET, NoAnswer, deferred, malformed, transact
from channels._smtp_wire import Wire
from channels._trouble import Trouble
from intake.letters.letter import Delivery, Outcome, Submission

if TYPE_CHECKING:
    from channels._dkim import Signer

log = structlog.get_logger()

LOOPBACK = ("127.0.0.1", "::1", "localhost")
WARM_SECONDS = 1.0  # a connection that was used so lately is not asked whether it is still there


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Which server, and how to prove who we are. Times are seconds."""

    host: str
    port: int = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    verify: bool = True  # the server's certificate
    ca_file: str = ""  # further authorities, PEM
    user: str = ""
    password_file: str = ""
    oauth: OAuth | None = None  # instead of a password
    hostname: str = ""  # as we greet; "" is the domain of the first brand's first address
    timeout: float = 60.0  # for one command
    connections: int = 4
    dkim: tuple[DkimOptions, ...] = ()  # keys that letters are signed with


class Smarthost:
    """The server, and the connections to it that are kept."""

    def __init__(self, name: str, options: Options, tools: Tools) -> None:
        self._name, self._options, self._tools = name, options, tools
        self._hostname = options.hostname or tools.policy.brands[0].addresses[0].rpartition("@")[2]
        self._tokens = TokenSource(options.oauth, tools.clock, tools.data) if options.oauth else None
        self.trouble = Trouble(tools.clock)
        self._signers = _signers(options, tools)
        self._slots = asyncio.Semaphore(options.connections)
        self._idle: list[tuple[Wire, float]] = []  # and when it was last used

    async def send(self, submission: Submission) -> list[Delivery]:
        """Hand a letter over: one result for each recipient, in order. Never raises for what the server does."""
        good = [r for r in submission.rcpt_to if not malformed(r)]
        results = {d.recipient: d for d in await self._send(submission, good)} if good else {}
        return [results.get(r) or _malformed(r) for r in submission.rcpt_to]

    async def probe(self) -> list[str]:
        """Connects, encrypts and logs in, and says what is in the way."""
        try:
            async with self._connection():
                return []
        except (SMTPException, OSError, ValueError) as error:
            return [f"{self._name}: {self._options.host}:{self._options.port} cannot be used ({_words(error)})"]

    async def close(self) -> None:
        """Say goodbye on every kept connection."""
        while self._idle:
            wire, _ = self._idle.pop()
            await _quit(wire)

    async def _send(self, submission: Submission, recipients: list[str]) -> list[Delivery]:
        try:
            async with self._connection() as wire:
                self.trouble.end()
                return await transact(wire, await self._signed(submission), recipients)
        except NoAnswer as error:
            return deferred(recipients, f"no answer to the whole message ({error.message})", maybe_arrived=True)
        except (SMTPException, OSError, ValueError) as error:
            self.trouble.begin("smarthost_unusable")
            log.info("smarthost_unusable", channel=self._name, error=type(error).__name__)
            return deferred(recipients, _words(error), code=getattr(error, "code", 0))

    async def _signed(self, submission: Submission) -> Submission:
        """With a signature by every key of its domain, which is that of From and of the return path."""
        domain = submission.mail_from.rpartition("@")[2]
        ours = [each for each in self._signers if each.signs_for(domain)]
        made = [await asyncio.to_thread(each.signature, submission.blob) for each in ours]
        return replace(submission, blob=b"".join([*made, submission.blob]))

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Wire]:
        """A connection that is ready for a transaction. It is kept for the next one, unless something goes wrong."""
        async with self._slots:
            wire = await self._kept() or await self._connected()
            try:
                yield wire
            except BaseException:
                wire.close()
                raise
            self._idle.append((wire, asyncio.get_running_loop().time()))

    async def _kept(self) -> Wire | None:
        """A kept connection that still answers."""
        while self._idle:
            wire, used = self._idle.pop()
            if wire.open and asyncio.get_running_loop().time() - used < WARM_SECONDS:
                return wire
            if await _answers(wire):
                return wire
            wire.close()
        return None

    async def _connected(self) -> Wire:
        options = self._options
        client = SMTP(
            hostname=options.host,
            port=options.port,
            local_hostname=self._hostname,
            timeout=options.timeout,
            use_tls=options.tls == "implicit",
            start_tls=options.tls == "starttls",
            tls_context=self._tls(),
        )
        try:
            await client.connect()
            await self._log_in(client)
            await _hello(client)
        except BaseException:
            client.close()
            raise
        return Wire(client)

    async def _log_in(self, client: SMTP) -> None:
        options = self._options
        if not options.user:
            return
        if options.tls == "none" and options.host not in LOOPBACK:
            raise ValueError("a login needs TLS")
        if self._tokens:
            await self._log_in_by_token(client, self._tokens)
        else:
            password = (self._tools.data / options.password_file).read_text("utf-8").strip()
            await client.login(options.user, password)

    async def _log_in_by_token(self, client: SMTP, tokens: TokenSource) -> None:
        try:
            token = await asyncio.to_thread(tokens.token)
        except Exception as error:  # authlib and requests have many kinds
            raise OSError(f"no access token ({type(error).__name__})") from error
        try:
            await client.auth_xoauth2(self._options.user, token)
        except SMTPResponseException:
            tokens.forget()
            raise

    def _tls(self) -> ssl.SSLContext | None:
        if self._options.tls == "none":
            return None
        context = ssl.create_default_context()
        if self._options.ca_file:
            context.load_verify_locations(self._tools.data / self._options.ca_file)
        if not self._options.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def build(name: str, options: Options, tools: Tools) -> Smarthost:
    """The server; nothing is connected yet."""
    return Smarthost(name, options, tools)


def _signers(options: Options, tools: Tools) -> list[Signer]:
    if not options.dkim:
        return []
    from channels._dkim import signer

    return [signer(each, tools.data) for each in options.dkim]


async def _hello(client: SMTP) -> None:
    """Greet, unless a login or TLS had need of it: the server says what it can do."""
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except SMTPHeloError:
            await client.helo()


async def _answers(wire: Wire) -> bool:
    """Whether it is still there, and ready for a letter."""
    with suppress(SMTPException, OSError):
        [reply] = await wire.say(RSET)
        return reply.code // 100 == 2
    return False


async def _quit(wire: Wire) -> None:
    with suppress(SMTPException, OSError):
        await wire.say(b"QUIT\r\n", seconds=2)
    wire.close()


def _malformed(recipient: str) -> Delivery:
    words = "this address cannot be written to"
    return Delivery(recipient=recipient, outcome=Outcome.REJECTED, status="5.1.3", diagnostic=words)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error.message if isinstance(error, SMTPException) else error}"
