"""From a kept message to what is known about it, before any look-up: parse, then observe."""

from __future__ import annotations

from dataclasses import dataclass

from intake.message import Message, RawMessage
from intake.mime.defects import Defect
from intake.observe import observe
from intake.parse import parse
from intake.policy import Policy
from intake.signals import Signals

SHOWN = 100_000  # bytes of a message that cannot be read


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """A message, and what it is."""

    raw: RawMessage
    message: Message
    signals: Signals


def understand(raw: RawMessage, policy: Policy) -> Understood:
    """Pure, and slow for large mail: call it from a thread."""
    message = parse(raw)
    return Understood(raw=raw, message=message, signals=observe(message, raw, policy))


def shown_raw(raw: RawMessage, policy: Policy) -> Understood:
    """What no reader survives: its first bytes as they stand, without a sender, for a person to look at."""
    text = raw.blob[:SHOWN].decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    message = Message(text=text, reply=text, defects=(Defect.UNREADABLE.value,))
    return Understood(raw=raw, message=message, signals=observe(message, raw, policy))
