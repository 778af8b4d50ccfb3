"""SMTP and LMTP in (RFC 5321, RFC 2033), by aiosmtpd on our own loop.

A message is committed first and only then answered 250. Our own faults answer 451 with constant text. Refused at the wire are
only mail that is too big, recipients that are not ours, and wrong passwords. With `local_faults` some recipients fail on
purpose, see `docs/local-faults.md`.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from channels import Tools
from channels._endpoint import BACKLOG, bind, endpoint
from channels._smtp_accounts import Secret, read_accounts
from channels._smtp_content import Budget
from channels._smtp_door import Door
from channels._smtp_house import House
from channels._smtp_recipients import Gate, Recipients
from channels._smtp_session import LmtpSession, Session
from intake.ports import CannotListen, Deliver

log = structlog.get_logger()

FLUSH_SECONDS = 0.5  # for the last words to leave


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Where to listen, and how much to take at once. Sizes are bytes, times are seconds."""

    listen: str = "127.0.0.1:2525"  # host:port, [::1]:port; port 0 takes a free one
    protocol: Literal["smtp", "lmtp"] = "smtp"
    edge: bool = False  # mail comes straight from the Internet: we check SPF, DKIM and DMARC ourselves
    hostname: str = ""  # as we greet; "" is the domain of the first brand's first address
    tls_certificate: str = ""  # PEM files; with them STARTTLS is offered
    tls_key: str = ""  # "" when it is in the certificate's file
    accounts: str = ""  # file of staff logins and password hashes; with it AUTH is offered over TLS and on loopback
    max_size: int = 50 * 1024 * 1024  # of a message
    max_recipients: int = 100  # of a message
    max_memory: int = 128 * 1024 * 1024  # of all messages on their way in
    max_connections: int = 200  # that have said something
    max_silent: int = 2000  # that have not; the first of more has to leave
    max_connections_per_peer: int = 50
    idle_timeout: float = 60.0  # between two commands
    data_timeout: float = 60.0  # without progress inside a message
    drain_seconds: float = 8.0  # for what is on its way in when we stop
    local_faults: bool = False  # some recipients fail on purpose
    outbox: str = "outbox"  # folder for the bounces that such recipients cause


class Listener:
    """The way in. `address` is known once it is open."""

    def __init__(self, name: str, options: Options, tools: Tools) -> None:
        self._name, self._options, self._tools = name, options, tools
        self._socket: socket.socket | None = None
        self.address: tuple[str, int] = ("", 0)

    async def open(self) -> None:
        """Take hold of the address. Raises `CannotListen`, also for a certificate or accounts that cannot be used."""
        self._socket = self._opened()

    async def receive(self, deliver: Deliver) -> None:
        """Take messages in until cancelled, then drain. Raises `CannotListen` where it is not open and cannot be."""
        logging.getLogger("mail.log").disabled = True  # aiosmtpd's: it holds addresses, and at DEBUG whole messages
        taken = self._socket or self._opened()
        house = self._house(deliver)
        server = await asyncio.get_running_loop().create_server(lambda: self._door(house), sock=taken, backlog=BACKLOG)
        log.info("smtp_listening", channel=self._name, protocol=self._options.protocol, port=self.address[1])
        try:
            await asyncio.Event().wait()
        finally:
            self._socket = None
            await self._drain(server, house)

    async def probe(self) -> list[str]:
        """What is wrong with the configuration, one sentence each. That the daemon itself listens there is no fault."""
        looks = [self._tls, self._accounts, self._endpoint]
        return [fault for look in looks if (fault := _fault(look))]

    def _opened(self) -> socket.socket:
        try:
            self._tls()
            self._accounts()
            taken = bind(self._name, self._options.listen)
        except (OSError, ValueError) as error:
            raise CannotListen(str(error)) from error
        self.address = taken.getsockname()[:2]
        return taken

    def _endpoint(self) -> None:
        endpoint(self._name, self._options.listen)

    def _door(self, house: House) -> Door:
        return Door(house, Session if self._options.protocol == "smtp" else LmtpSession)

    async def _drain(self, server: asyncio.Server, house: House) -> None:
        """Take nothing new, finish what was begun, and leave nobody behind: within `drain_seconds`."""
        house.closing = True
        server.close()
        for door in list(house.silent):
            door.leave()
        for session in [s for s in house.sessions if not s.busy]:
            session.leave()
        await _settle(house, max(0.0, self._options.drain_seconds - 2 * FLUSH_SECONDS))
        cut_off = list(house.sessions)
        for session in cut_off:
            session.leave()
        await _settle(house, FLUSH_SECONDS)
        for session in list(house.sessions):
            session.abort()
        for task in list(house.keeping):
            task.cancel()
        await _settle(house, FLUSH_SECONDS)
        log.info("smtp_drained", channel=self._name, cut_off=len(cut_off))

    def _house(self, deliver: Deliver) -> House:
        options, tools = self._options, self._tools
        budget = Budget(options.max_memory)
        recipients = Recipients(tools.policy, faults=options.local_faults)
        return House(
            name=self._name,
            protocol=options.protocol,
            edge=options.edge,
            hostname=options.hostname or tools.policy.brands[0].addresses[0].rpartition("@")[2],
            max_size=options.max_size,
            max_connections=options.max_connections,
            max_per_peer=options.max_connections_per_peer,
            max_silent=options.max_silent,
            idle_timeout=options.idle_timeout,
            data_timeout=options.data_timeout,
            tools=tools,
            recipients=recipients,
            outbox=options.outbox,
            gate=Gate(tools, recipients, budget, deliver, max_size=options.max_size, most=options.max_recipients),
            budget=budget,
            accounts=self._accounts(),
            tls=self._tls(),
            deliver=deliver,
        )

    def _accounts(self) -> dict[str, Secret]:
        if not self._options.accounts:
            return {}
        try:
            return dict(read_accounts(self._tools.data / self._options.accounts))
        except OSError as error:
            raise OSError(f"{self._name}: the accounts file cannot be read ({error.strerror})") from error
        except ValueError as error:
            raise ValueError(f"{self._name}: {error}") from error

    def _tls(self) -> ssl.SSLContext | None:
        certificate, key = self._options.tls_certificate, self._options.tls_key
        if not certificate:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self._tools.data / certificate, self._tools.data / key if key else None)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise OSError(f"{self._name}: the TLS certificate or key cannot be used ({why})") from error
        return context


def build(name: str, options: Options, tools: Tools) -> Listener:
    """The listener; it opens nothing yet."""
    return Listener(name, options, tools)


async def _settle(house: House, seconds: float) -> None:
    """Wait until everybody has left and everything is kept, but no longer than this."""
    waiting = {*house.keeping, *(s.task for s in house.sessions if s.task)}
    if waiting:
        await asyncio.wait(waiting, timeout=seconds)


def _fault(look: Callable[[], object]) -> str:
    """What is wrong, "" for nothing."""
    try:
        look()
    except (CannotListen, OSError, ValueError) as error:
        return str(error)
    return ""
