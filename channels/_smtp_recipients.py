"""Who may be written to: the brands' addresses with any plus tag, and postmaster (RFC 5321 section 4.5.1, RFC 5233).

A tag that is one of our signed tokens and one that is not are answered alike, so that nobody can try tokens at the wire.
"""

from __future__ import annotations

from typing import Any

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as State

from channels import Tools
from channels._faults import SLOW_SECONDS, Fault, fault
from channels._smtp_content import NO_ROOM, NO_SPACE, TOO_BIG, Budget
from intake.policy import Policy
from intake.ports import Deliver, NoSpace
from intake.tokens import untagged

UNKNOWN = "550 5.1.1 There is no such mailbox here"
TOO_MANY = "452 4.5.3 Too many recipients for one message"
DEFERRED = "451 4.2.0 This recipient defers on purpose"
REFUSED = "550 5.7.1 This recipient refuses on purpose"


class Recipients:
    """The addresses of ours."""

    def __init__(self, policy: Policy, *, faults: bool) -> None:
        self._addresses = {address for brand in policy.brands for address in brand.addresses}
        self._domains = {address.rpartition("@")[2] for address in self._addresses}
        self._faults = faults

    def fault(self, address: str) -> Fault | None:
        """The failure it asks for, where failures may be ordered."""
        known = self._faults and self._is_known(address, also=tuple(Fault))
        return fault(address) if known else None

    def __contains__(self, address: str) -> bool:
        return self._is_known(address) or self.fault(address) is not None

    def _is_known(self, address: str, also: tuple[str, ...] = ()) -> bool:
        plain = untagged(address)
        if plain == "postmaster" or plain in self._addresses or address.lower() in self._addresses:
            return True
        local, _, domain = plain.rpartition("@")
        return domain in self._domains and local in ("postmaster", *also)


class Gate:
    """What is asked at MAIL and RCPT: aiosmtpd calls these hooks."""

    def __init__(
        self, tools: Tools, recipients: Recipients, budget: Budget, deliver: Deliver, *, max_size: int, most: int
    ) -> None:
        self._clock, self._recipients, self._budget, self._deliver = tools.clock, recipients, budget, deliver
        self._max_size, self._most = max_size, most

    async def handle_MAIL(self, _: SMTP, __: State, envelope: Envelope, address: str, options: list[str]) -> str:
        """A message that says it is too big, or for which there is no room now, need not be sent at all (RFC 1870)."""
        size = next((int(o[5:]) for o in options if o.startswith("SIZE=")), 0)
        if size > self._max_size:
            return TOO_BIG
        if size > self._budget.free:
            return NO_ROOM
        try:
            await self._deliver([])
        except NoSpace:
            return NO_SPACE
        envelope.mail_from = address
        return "250 2.1.0 Sender accepted"

    async def handle_RCPT(self, _: SMTP, __: State, envelope: Envelope, address: str, options: Any) -> str:
        if len(envelope.rcpt_tos) >= self._most:
            return TOO_MANY
        ordered = self._recipients.fault(address)
        if ordered is Fault.DEFER:
            return DEFERRED
        if ordered is Fault.REFUSE:
            return REFUSED
        if address not in self._recipients:
            return UNKNOWN
        if ordered is Fault.SLOW:
            await self._clock.sleep(SLOW_SECONDS)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient accepted"
