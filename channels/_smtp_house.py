"""What all connections of one listener share: its rules, what it counts, and the way messages take into the daemon."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from channels import Tools
from channels._faults import Fault, bounce
from channels._folder import file_name, write
from channels._smtp_accounts import Secret
from channels._smtp_content import NO_SPACE, Budget
from channels._smtp_recipients import Gate, Recipients
from intake.fingerprint import fingerprint
from intake.message import Envelope, RawMessage
from intake.ports import Deliver, NoSpace, TryLater

if TYPE_CHECKING:
    from channels._smtp_door import Door
    from channels._smtp_session import Session

log = structlog.get_logger()

LATER = "451 4.3.0 Not now, please come again later"  # the one answer to every fault of ours
CROWDED = "421 4.3.2 Others wait, please come again later"
BIG = 1024 * 1024  # bytes; hashing more than this would hold up other connections


@dataclass(kw_only=True, slots=True)
class House:
    """One listener's rules and its guests."""

    name: str
    protocol: str  # "smtp" or "lmtp"
    edge: bool
    hostname: str
    max_size: int
    max_connections: int
    max_per_peer: int
    max_silent: int
    idle_timeout: float
    data_timeout: float
    tools: Tools
    recipients: Recipients
    gate: Gate
    outbox: str
    budget: Budget
    accounts: Mapping[str, Secret]
    tls: ssl.SSLContext | None
    deliver: Deliver
    sessions: set[Session] = field(default_factory=set)
    silent: dict[Door, None] = field(default_factory=dict)  # who has said nothing yet, in the order in which they came
    peers: Counter[str] = field(default_factory=Counter)  # connections of each network address
    keeping: set[asyncio.Task[str]] = field(default_factory=set)
    closing: bool = False

    @property
    def greeting(self) -> str:
        return f"{self.hostname} {self.ident}"

    @property
    def ident(self) -> str:
        return "LMTP" if self.protocol == "lmtp" else "ESMTP"

    def come(self, door: Door, peer: str) -> None:
        """One more connection that says nothing yet. Where there are too many, the first of them has to leave."""
        self.peers[peer] += 1
        self.silent[door] = None
        if len(self.silent) > self.max_silent:
            next(iter(self.silent)).leave(CROWDED)

    def go(self, peer: str) -> None:
        """One connection less."""
        self.peers[peer] -= 1
        if not self.peers[peer]:
            del self.peers[peer]

    async def keep(self, content: bytes, envelope: Envelope) -> str:
        """Have a message committed, and say so: the reply. It goes on when the connection is lost meanwhile."""
        task = asyncio.create_task(self._keep(content, envelope))
        self.keeping.add(task)
        task.add_done_callback(self.keeping.discard)
        done, _ = await asyncio.wait([task], timeout=self.data_timeout)
        return task.result() if done else LATER

    async def _keep(self, content: bytes, envelope: Envelope) -> str:
        try:
            message = await self._named(content, envelope)
            (receipt,) = await self.deliver([message])
        except NoSpace:
            return NO_SPACE
        except TryLater:
            log.info("smtp_not_kept", channel=self.name, bytes=len(content))
            return LATER
        except Exception as error:
            log.error("smtp_fault", channel=self.name, bytes=len(content), error=type(error).__name__)
            return LATER
        log.info(
            "smtp_received",
            channel=self.name,
            inbound_id=receipt.inbound_id,
            new=receipt.new,
            bytes=len(content),
            recipients=len(envelope.rcpt_to),
        )
        await self._bounce_to_order(content, envelope)
        return f"250 2.0.0 Received as {receipt.inbound_id}"

    async def _bounce_to_order(self, content: bytes, envelope: Envelope) -> None:
        """For those who try things out: the bounce that the sender would get, among the other letters that went out."""
        bouncing = [r for r in envelope.rcpt_to if self.recipients.fault(r) is Fault.BOUNCE]
        if not bouncing or not envelope.mail_from:
            return
        now, letter = self.tools.clock.now(), self.tools.ids.letter()
        report = bounce(
            blob=content,
            recipient=bouncing[0],
            sender=envelope.mail_from,
            domain=self.hostname,
            message_id=f"{letter}@{self.hostname}",
            now=now,
        )
        await asyncio.to_thread(write, self.tools.data / self.outbox, file_name(now, letter), report)

    async def _named(self, content: bytes, envelope: Envelope) -> RawMessage:
        print_ = await asyncio.to_thread(fingerprint, content) if len(content) > BIG else fingerprint(content)
        return RawMessage(
            channel=self.protocol,
            account=self.name,
            source_id=f"{print_}:{_short_hash(envelope.rcpt_to)}",
            envelope=envelope,
            blob=content,
            received_at=self.tools.clock.now(),
            fingerprint=print_,
        )


def _short_hash(recipients: Iterable[str]) -> str:
    """The same for the same recipients in any order: a retry may sort them anew, or be for some of them only."""
    return sha256("\n".join(sorted(r.lower() for r in recipients)).encode()).hexdigest()[:12]
