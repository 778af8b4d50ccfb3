"""What of a staff mail may reach a customer: the new words, and files the writer attached on purpose.

The writer's private address, signature, quoted notification and our signed addresses stay inside.
"""

from __future__ import annotations

import re

from intake.message import Attachment, Message
from intake.policy import Person, Policy
from intake.tokens import looks_signed, untagged

ADDRESS = re.compile(r"[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9.-]{1,255}[A-Za-z0-9]")
WITHHELD_TYPES = ("application/ms-tnef", "text/calendar", "application/pgp-signature", "application/pkcs7-signature")


def clean(message: Message, person: Person, policy: Policy) -> str:
    """The newly written words, without signature and quotes, private addresses replaced by the desk's."""
    desk = policy.brands[0].addresses[0]
    private = {a for p in policy.people for a in (p.email, *p.also)}

    def public(match: re.Match[str]) -> str:
        address = match[0].lower()
        if looks_signed(address):
            return untagged(address)
        return desk if address in private else match[0]

    return ADDRESS.sub(public, message.reply).strip()


def passable(message: Message) -> tuple[Attachment, ...]:
    """Files that go along: not pictures of a signature, nor parts that only mail programs read."""
    return tuple(a for a in message.attachments if not a.inline and a.type not in WITHHELD_TYPES)
