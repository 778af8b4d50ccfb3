"""What a message *is*, put together: every fact that a rule may ask for and that needs no looking up."""

from __future__ import annotations

from collections.abc import Iterable

from intake import tokens
from intake.cues import listen
from intake.fingerprint import fingerprint
from intake.matters import matters
from intake.message import Message, RawMessage
from intake.policy import Policy
from intake.reference import find
from intake.senders.authentication import dmarc
from intake.senders.identity import canonical, sender
from intake.senders.kind import kind
from intake.signals import Direction, Signals, Token

MAX_ADDRESSES = 200  # that are looked at, of those a message was sent to
MAX_NAME = 100  # characters

_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")


def observe(message: Message, raw: RawMessage, policy: Policy) -> Signals:
    """All signals of a message. Never raises for what a stranger wrote."""
    its = kind(message, raw.envelope)
    address, doubt = _who(message, raw)
    to = _addresses(message, raw)
    brand, recipient = _desk(to, policy)
    signed = tuple(dict.fromkeys(token for each in to if (token := tokens.prove(each, policy.keys))))
    words = _words(message)
    heard = listen(words, message.subject)
    forwarded = message.forwarded.text if message.forwarded else ""
    return Signals(
        origin=its.origin,
        auto_reply_allowed=its.refusal is None,
        auto_reply_reason=its.refusal,
        reports=its.reports,
        sender=address,
        sender_name=_name(message),
        sender_refusal=doubt,
        brand=brand,
        recipient=recipient,
        tokens=signed,
        forged_tokens=sum(_is_forged(each, policy) for each in to),
        own_mark=tokens.marked(message.header("x-answerable"), policy.keys) is not None,
        case_refs=find(message.subject, tuple(each.prefix for each in policy.brands)),
        matters=matters(f"{message.subject}\n{words}\n{forwarded}", policy.brand(brand).matching.matter_patterns),
        points=heard.points,
        cues=heard.cues,
        dmarc=dmarc(address, raw, policy),
        staff=_staff(address, signed, policy),
        login=raw.envelope.login,
        language=message.language,
        fingerprint=raw.fingerprint or fingerprint(raw.blob),
    )


def _who(message: Message, raw: RawMessage) -> tuple[str | None, str | None]:
    """The sender and the reason why there is none. A contact whose channel proves its origin needs no From line.

    A mail does, whoever handed it over: a provider's signature proves the provider, not the author.
    """
    if not raw.envelope.verified or raw.media_type == "message/rfc822":
        return sender(message)
    stated = [each.email for each in message.from_]
    address = canonical(stated[0]) if len(stated) == 1 else None
    return address, None if address or not stated else "contact-address"


def _staff(address: str | None, signed: Iterable[Token], policy: Policy) -> str:
    """Where the member of staff is told of it, if it is not proven that they wrote it."""
    theirs = (t.subject for t in signed if t.direction in (Direction.STAFF, Direction.NOTE))
    person = policy.person_at(address) or policy.person(next(theirs, ""))
    return person.email if person else ""


def _words(message: Message) -> str:
    """What the sender says now; not what they quote of us, even where they add nothing to it."""
    return message.reply or ("" if message.quoted else message.text)


def _name(message: Message) -> str:
    """The first sender's name on one line, without invisible characters; an address is no name."""
    shown = message.from_[0].name if message.from_ else ""
    name = " ".join("".join(c if c.isprintable() else " " for c in shown[:MAX_NAME]).split())
    return "" if "@" in name else name


def _addresses(message: Message, raw: RawMessage) -> list[str]:
    """Where it was sent to, each once: the envelope's word first, then the trace of delivery, then what the author wrote."""
    delivered = [value for header in _DELIVERED for value in message.header_all(header)]
    written = [each.email for each in (*message.to, *message.cc)]
    plain = (each.strip(" \t<>").lower() for each in (*raw.envelope.rcpt_to, *delivered, *written))
    return [each for each in dict.fromkeys(plain) if each][:MAX_ADDRESSES]


def _desk(addresses: Iterable[str], policy: Policy) -> tuple[str, str]:
    """The brand that was written to and at which address of ours; the first brand where none of ours was named."""
    for address in map(tokens.untagged, addresses):
        brand = policy.brand_at(address)
        if brand:
            return brand.id, address
    return policy.brands[0].id, ""


def _is_forged(address: str, policy: Policy) -> bool:
    ours = policy.brand_at(tokens.untagged(address)) is not None
    return ours and tokens.looks_signed(address) and tokens.prove(address, policy.keys) is None
