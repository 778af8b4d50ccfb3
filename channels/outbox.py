"""Letters out into a folder, for trying things out: every letter is a file that a mail program opens, byte for byte as sent.

With `local_faults` some recipients fail on purpose, see `docs/local-faults.md`. The bounces that they cause come back in as
messages, so this way out is a way in, too: run `receive`.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

import structlog

from channels import Tools
from channels._faults import SLOW_SECONDS, Fault, bounce, fault
from channels._folder import file_name, write
from intake.fingerprint import fingerprint
from intake.letters.letter import Delivery, Outcome, Submission
from intake.message import Envelope, RawMessage
from intake.ports import Deliver

log = structlog.get_logger()

BOUNCE_SECONDS = 1.0  # a bounce comes after the answer, never before it
RETRY_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Which folder, inside the daemon's own."""

    folder: str = "outbox"
    local_faults: bool = False  # some recipients fail on purpose


class Outbox:
    """The folder."""

    def __init__(self, name: str, options: Options, tools: Tools) -> None:
        self._name, self._options, self._tools = name, options, tools
        self.folder = tools.data / options.folder
        self._bounces: asyncio.Queue[RawMessage] = asyncio.Queue()

    async def send(self, submission: Submission) -> list[Delivery]:
        """Write the letter where one recipient at least takes it."""
        deliveries = [await self._answer(recipient) for recipient in submission.rcpt_to]
        if not any(d.outcome is Outcome.ACCEPTED for d in deliveries):
            return deliveries
        name = file_name(self._tools.clock.now(), _letter_id(submission.message_id))
        try:
            await asyncio.to_thread(write, self.folder, name, submission.blob)
        except OSError as error:
            log.error("outbox_not_written", channel=self._name, errno=error.errno)
            return [_deferred(recipient, "the outbox folder cannot be written") for recipient in submission.rcpt_to]
        self._bounce_to_order(submission)
        return deliveries

    async def open(self) -> None:
        """There is nothing to listen on."""

    async def receive(self, deliver: Deliver) -> None:
        """Let bounces come back in, until cancelled."""
        while True:
            message = await self._bounces.get()
            await self._tools.clock.sleep(BOUNCE_SECONDS)
            try:
                await deliver([message])
            except Exception as error:
                log.warning("bounce_not_kept", channel=self._name, error=type(error).__name__)
                self._bounces.put_nowait(message)
                await self._tools.clock.sleep(RETRY_SECONDS)

    async def probe(self) -> list[str]:
        try:
            await asyncio.to_thread(self.folder.mkdir, parents=True, exist_ok=True)
        except OSError as error:
            return [f"{self._name}: the folder {self._options.folder!r} cannot be made ({error.strerror})"]
        return []

    async def _answer(self, recipient: str) -> Delivery:
        match self._fault(recipient):
            case Fault.DEFER:
                return _deferred(recipient, "this recipient defers on purpose", code=451, status="4.2.0")
            case Fault.REFUSE:
                words = "this recipient refuses on purpose"
                return Delivery(
                    recipient=recipient, outcome=Outcome.REJECTED, code=550, status="5.7.1", diagnostic=words
                )
            case Fault.SLOW:
                await self._tools.clock.sleep(SLOW_SECONDS)
        return Delivery(recipient=recipient, outcome=Outcome.ACCEPTED, code=250, status="2.0.0")

    def _fault(self, recipient: str) -> Fault | None:
        return fault(recipient) if self._options.local_faults else None

    def _bounce_to_order(self, submission: Submission) -> None:
        for recipient in submission.rcpt_to:
            if self._fault(recipient) is Fault.BOUNCE and submission.mail_from:
                self._bounces.put_nowait(self._bounce(submission, recipient))

    def _bounce(self, submission: Submission, recipient: str) -> RawMessage:
        now, domain = self._tools.clock.now(), recipient.rpartition("@")[2]
        report = bounce(
            blob=submission.blob,
            recipient=recipient,
            sender=submission.mail_from,
            domain=domain,
            message_id=f"{self._tools.ids.letter()}@{domain}",
            now=now,
        )
        return RawMessage(
            channel="smtp",
            account=self._name,
            source_id=fingerprint(report),
            envelope=Envelope(mail_from="", rcpt_to=(submission.mail_from,)),
            blob=report,
            received_at=now,
        )


def build(name: str, options: Options, tools: Tools) -> Outbox:
    """The folder; it is made when the first letter goes out."""
    return Outbox(name, options, tools)


def _letter_id(message_id: str) -> str:
    """The left part of a message id, safe in a file name."""
    return re.sub(r"[^\w.-]", "_", message_id.partition("@")[0])[:100]


def _deferred(recipient: str, words: str, code: int = 0, status: str = "4.3.0") -> Delivery:
    return Delivery(recipient=recipient, outcome=Outcome.DEFERRED, code=code, status=status, diagnostic=words)
