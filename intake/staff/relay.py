"""What of a staff mail may reach a customer: the new words, and files the writer attached on purpose.

The writer's private address, signature, quoted notification and our signed addresses stay inside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from intake.message import Attachment, Message
from intake.policy import Brand, Person, Policy
from intake.tokens import looks_signed, untagged

ADDRESS = re.compile(r"[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9.-]{1,255}[A-Za-z0-9]")
FOR_PROGRAMS = frozenset(
    {
        *("application/ms-tnef", "application/vnd.ms-tnef", "text/calendar", "text/vcard", "text/x-vcard"),
        *("application/pgp-signature", "application/pgp-keys", "application/pkcs7-signature"),
        *("application/x-pkcs7-signature", "application/pgp-encrypted"),
    }
)
MADE_BY_SERVERS = re.compile(r"winmail\.dat|smime\.p7s|ATT\d{5}\.(?:txt|html?)|.{0,100}\.(?:vcf|ics)", re.IGNORECASE)
MAILS = frozenset({"message/rfc822", "message/global", "application/vnd.ms-outlook"})
CONTACT_LINES = 10  # at most, under a name
CONTACT_LINE = 80  # characters: contact details are short, sentences are not


def addresses(words: str) -> tuple[str, ...]:
    """Every address that stands in a text, lower case, each once."""
    return tuple(dict.fromkeys(found.lower() for found in ADDRESS.findall(words)))


def clean(words: str, person: Person, brand: Brand, policy: Policy) -> str:
    """Words for the customer: without the writer's contact details, private addresses replaced by the desk's."""
    private = {a.lower() for p in policy.people for a in (p.email, *p.also)}

    def public(match: re.Match[str]) -> str:
        address = match[0].lower()
        if looks_signed(address):
            return untagged(address)
        return brand.addresses[0] if address in private else match[0]

    return ADDRESS.sub(public, unsigned(words, person)).strip()


def unsigned(words: str, person: Person) -> str:
    """The words without a name at their end that has contact details under it; a name alone is a greeting and stays."""
    lines = words.splitlines()
    names = {person.name.casefold(), *(part.casefold() for part in person.name.split()[:1])}
    for at in range(len(lines) - 1, max(len(lines) - 2 - CONTACT_LINES, 0), -1):
        if lines[at].strip(" *_-,.").casefold() in names:
            return "\n".join(lines[:at]).rstrip() if _are_contact_lines(lines[at + 1 :]) else words
    return words


def _are_contact_lines(lines: Sequence[str]) -> bool:
    short = all(len(line.strip()) <= CONTACT_LINE for line in lines)
    return short and any("@" in line or "www." in line or any(map(str.isdigit, line)) for line in lines)


def passable(message: Message) -> tuple[Attachment, ...]:
    """Files that go along: not pictures of a signature, nor parts that only mail programs read."""
    return tuple(file for file in message.attachments if not file.inline and not _is_for_programs(file))


def _is_for_programs(file: Attachment) -> bool:
    return file.type in FOR_PROGRAMS or MADE_BY_SERVERS.fullmatch(file.name) is not None


def attached_mail(message: Message) -> str:
    """The name of a whole mail among the files, "" for none. Its headers and history are not ours to pass on."""
    mails = (file.name for file in message.attachments if file.type in MAILS or file.name.lower().endswith(".msg"))
    return next(mails, "")
