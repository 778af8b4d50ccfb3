"""From a kept message to what is known about it, before any look-up: parse, then observe."""

from __future__ import annotations

from dataclasses import dataclass

from intake.message import Message, RawMessage
from intake.observe import observe
from intake.parse import parse
from intake.policy import Policy
from intake.signals import Signals


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
