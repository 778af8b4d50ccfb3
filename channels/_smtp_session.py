"""One connection that speaks SMTP (RFC 5321) or LMTP (RFC 2033): aiosmtpd's dialogue, with what a mail server needs beyond it.

SIZE RFC 1870, PIPELINING 2920, 8BITMIME 6152, SMTPUTF8 6531, ENHANCEDSTATUSCODES 2034, STARTTLS 3207, AUTH 4954.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any, cast

import structlog
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, TLSSetupException, syntax
from aiosmtpd.smtp import Envelope as Said
from aiosmtpd.smtp import Session as State

from channels._smtp_accounts import proves
from channels._smtp_content import CHUNK, Overrun, Refused, read_content
from channels._smtp_house import LATER, House
from channels._smtp_words import clean, enhanced, hello, path
from intake.message import Envelope

log = structlog.get_logger()

COMMAND_LENGTH = 2048  # octets; RFC 5321 asks for 512 and more with extensions
PATIENCE = 10  # a connection that hands in no message is closed after so many idle timeouts, whatever it says
PROGRESS = 1000  # octets that a message must grow by in each data timeout
FAILED_LOGIN_SECONDS = 1.0
LOOPBACK = ("127.0.0.1", "::1")
LIMITS = {"*": 10**9, "NOOP": 100, "VRFY": 20, "EXPN": 20, "HELP": 20, "AUTH": 5, "EHLO": 50, "HELO": 50, "LHLO": 50}
TOO_QUIET = "421 4.4.2 Timeout, closing the connection"
CLOSING = "421 4.3.2 Closing for maintenance, please come again later"


class Session(SMTP):
    """A connection and where its dialogue stands."""

    line_length_limit = CHUNK  # of the stream's buffer: lines themselves may have any length
    session: State  # both are set as long as the connection stands
    envelope: Said

    def __init__(self, house: House) -> None:
        super().__init__(
            house.gate,
            data_size_limit=house.max_size,
            enable_SMTPUTF8=True,
            hostname=house.hostname,
            ident=house.ident,
            tls_context=house.tls,
            timeout=house.idle_timeout,
            authenticator=lambda _s, _t, _e, _m, said: AuthResult(success=True, auth_data=said),
            command_call_limit=LIMITS,
            loop=asyncio.get_running_loop(),
        )
        self.command_size_limits = defaultdict(lambda: COMMAND_LENGTH)  # aiosmtpd shares one between all connections
        self.house = house
        self._greeted = False
        self.busy = False  # a message is on its way in, or waits for its answer
        self._arrived = 0  # octets since the last look at the clock
        self._heard_at = self.loop.time()
        self._give_up_at = self.loop.time() + house.idle_timeout * PATIENCE

    # What happens to the connection.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.house.sessions.add(self)
        if self._handler_coroutine:
            self._handler_coroutine.add_done_callback(_retrieve)

    def connection_lost(self, error: Exception | None) -> None:
        if self in self.house.sessions:
            self.house.sessions.discard(self)
            self.house.go(self.peer)
            super().connection_lost(error)
        if self.busy:
            log.info("smtp_connection_lost", channel=self.house.name)

    def data_received(self, data: bytes) -> None:
        self._arrived += len(data)
        self._heard_at = self.loop.time()
        super().data_received(data)

    def leave(self, words: str = CLOSING) -> None:
        """Say why, and close."""
        if self.transport is not None and not self.transport.is_closing():
            self._writer.write(words.encode() + b"\r\n")
            self.transport.close()

    @property
    def silent(self) -> float:
        """Seconds since it was last heard, 0 while we are the ones who have to speak, or it has left."""
        gone = self.busy or self.transport is None or self.transport.is_closing()
        return 0.0 if gone else self.loop.time() - self._heard_at

    @property
    def peer(self) -> str:
        """The client's network address."""
        return host(self.session.peer)

    @property
    def task(self) -> asyncio.Task[None] | None:
        return self._handler_coroutine

    def abort(self) -> None:
        """Close at once, whatever the other side does."""
        wire = self._original_transport or self.transport
        if wire is not None:
            cast(asyncio.WriteTransport, wire).abort()

    def _reset_timeout(self, duration: float | None = None) -> None:
        patience = self._give_up_at - self.loop.time()
        super()._reset_timeout(duration or max(0.001, min(self.house.idle_timeout, patience)))

    def _timeout_cb(self) -> None:
        if self.busy and self._arrived >= PROGRESS:
            self._watch_progress()
            return
        log.info("smtp_timeout", channel=self.house.name, busy=self.busy)
        self.leave(TOO_QUIET)

    def _watch_progress(self) -> None:
        self._arrived = 0
        self._reset_timeout(self.house.data_timeout)

    # What is said.

    async def push(self, status: Any) -> None:
        """Send a reply, with an enhanced status code where aiosmtpd has none. The first is the greeting: the door has said it."""
        if not self._greeted:
            self._greeted = True
            return
        await super().push(enhanced(status) if isinstance(status, str) else status)

    async def handle_exception(self, error: Exception) -> str:
        slug = "smtp_tls_failed" if isinstance(error, TLSSetupException) else "smtp_fault"
        log.warning(slug, channel=self.house.name, error=type(error.__cause__ or error).__name__)
        return LATER

    # Commands.

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str) -> None:
        await self._greet(hostname, extended=True)

    @syntax("HELO hostname")
    async def smtp_HELO(self, hostname: str) -> None:
        await self._greet(hostname, extended=False)

    @syntax("VRFY address")
    async def smtp_VRFY(self, arg: str) -> None:
        await self.push("252 2.5.0 Send a mail and see")

    async def smtp_STARTTLS(self, arg: str) -> None:
        if self._tls_protocol or not self.tls_context:
            await self.push("503 5.5.1 TLS is in use already" if self._tls_protocol else "502 5.5.1 No TLS here")
            return
        await super().smtp_STARTTLS(arg)
        if self.session.ssl is None and not arg:
            # The client left in the middle of the handshake. asyncio reports neither that nor the end of the connection.
            raise TLSSetupException

    async def smtp_AUTH(self, arg: str | None) -> None:
        if not self._may_log_in:
            await self.push("538 5.7.11 Log in over TLS" if self.house.accounts else "502 5.5.1 Nobody can log in here")
            return
        self._auth_require_tls = False  # settled above: TLS, or loopback
        mechanism, space, rest = (arg or "").partition(" ")
        await super().smtp_AUTH(mechanism.upper() + space + rest)

    async def auth_PLAIN(self, _: Any, args: list[str]) -> AuthResult:
        return await self._proven(await super().auth_PLAIN(_, args))

    async def auth_LOGIN(self, _: Any, args: list[str]) -> AuthResult:
        return await self._proven(await super().auth_LOGIN(_, args))

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        recipients = len(self.envelope.rcpt_tos)
        if arg or not recipients:
            await self.push("501 5.5.4 DATA stands alone" if arg else "503 5.5.1 Name a recipient first")
            return
        self.busy = True
        try:
            reply = await self._receive()
            await self.push("\r\n".join([reply] * (recipients if self.house.protocol == "lmtp" else 1)))
        finally:
            self.busy = False
            self._set_rset_state()  # type: ignore[no-untyped-call]
        if self.house.closing:
            self.leave()

    async def _receive(self) -> str:
        """Take the message in: the reply."""
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        self._watch_progress()
        with self.house.budget.allowance(self.house.max_size) as allowance:
            try:
                content = await read_content(self._reader, allowance)
            except Refused as refused:
                log.info("smtp_refused", channel=self.house.name, code=str(refused)[:3], bytes=allowance.seen)
                if isinstance(refused, Overrun):
                    self.leave(str(refused))
                return str(refused)
            self._reset_timeout(self.house.data_timeout * 2)
            reply = await self.house.keep(content, self._envelope_said())
        self._give_up_at = self.loop.time() + self.house.idle_timeout * PATIENCE
        self._reset_timeout()
        return reply

    def _envelope_said(self) -> Envelope:
        said = self.envelope
        login = self.session.auth_data if self.session.authenticated else None
        return Envelope(
            mail_from="" if said.mail_from == "<>" else clean(said.mail_from),
            rcpt_to=tuple(dict.fromkeys(map(clean, said.rcpt_tos))),
            peer=self.peer,
            helo=clean(self.session.host_name or ""),
            direct=self.house.edge and login is None,
            login=login,
        )

    async def _greet(self, hostname: str, *, extended: bool) -> None:
        if not hostname:
            await self.push("501 5.5.4 Say your name")
            return
        self._set_rset_state()  # type: ignore[no-untyped-call]
        self.session.extended_smtp = extended
        self.session.host_name = hostname
        offers = self._offers() if extended else []
        await super().push(hello([self.house.hostname, *offers]))

    def _offers(self) -> list[str]:
        offers = [f"SIZE {self.house.max_size}", "8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES"]
        if self.tls_context and not self._tls_protocol:
            offers.append("STARTTLS")
        if self._may_log_in:
            offers.append("AUTH PLAIN LOGIN")
        return offers

    @property
    def _may_log_in(self) -> bool:
        safe = self._tls_protocol is not None or self.peer in LOOPBACK
        return safe and bool(self.house.accounts)

    async def _proven(self, said: AuthResult) -> AuthResult:
        """The login alone, when the password said is its own."""
        if not said.success:
            return said
        login_and_password: LoginPassword = said.auth_data  # type: ignore[assignment]
        login = await asyncio.to_thread(proves, self.house.accounts, *login_and_password)
        if login is None:
            log.warning("smtp_login_failed", channel=self.house.name)
            await self.house.tools.clock.sleep(FAILED_LOGIN_SECONDS)
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=login)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Address and parameters. aiosmtpd's own reading is slow, and drops comments out of the middle of addresses."""
        return path(arg) or (None, None)


class LmtpSession(Session):
    """LMTP: the same with another greeting, and after DATA one answer for each recipient."""

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, hostname: str) -> None:
        await self._greet(hostname, extended=True)

    async def smtp_EHLO(self, hostname: str) -> None:
        await self.push("500 5.5.1 This is LMTP, say LHLO")

    async def smtp_HELO(self, hostname: str) -> None:
        await self.push("500 5.5.1 This is LMTP, say LHLO")


def host(peername: object) -> str:
    """The network address in what a transport calls its peer."""
    return str(peername[0]) if isinstance(peername, tuple) else ""


def _retrieve(task: asyncio.Task[None]) -> None:
    """A lost connection ends its task with an exception that nobody waits for."""
    if not task.cancelled():
        task.exception()
