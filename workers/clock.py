"""The one place where time and chance are read from the machine."""

from __future__ import annotations

import asyncio
import secrets
from base64 import b32encode
from datetime import UTC, datetime


class SystemClock:
    """Wall-clock time, and sleep."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SystemIds:
    """Chance from the operating system."""

    def case_number(self) -> int:
        return secrets.randbelow(10**8)

    def letter(self) -> str:
        return _word(16)

    def token(self) -> str:
        return _word(40)

    def secret(self, size: int) -> bytes:
        """So many bytes for a key."""
        return secrets.token_bytes(size)

    def jitter(self) -> float:
        return secrets.randbelow(10**6) / 10**6


def _word(length: int) -> str:
    """So many letters and digits, a multiple of eight: five bits each (base32)."""
    return b32encode(secrets.token_bytes(length * 5 // 8)).decode().lower()
