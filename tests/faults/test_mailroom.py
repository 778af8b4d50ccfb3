"""Network, server and people interfere with a mailbox while mail comes in: all of it counts, and once. P16, K-07, K-09.

The short form of `python -m bench.faults.mailroom`.
"""

from __future__ import annotations

import pytest

from bench.faults.mailroom import interfere


@pytest.mark.timeout(400)
async def test_whatever_interferes_with_a_mailbox_its_mail_is_taken_in_once() -> None:
    verdict = await interfere("sqlite", 6, 1, ("cut", "moved", "garbled", "renumbered", "killed", "deleted"))
    assert verdict.kept, f"\n{verdict}"
