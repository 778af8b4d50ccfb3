"""What was acknowledged survives the sudden end of the process."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from sqlalchemy import select

from store.audit import audit
from store.database import Store
from store.schema import inbound
from store.sealing import marked_name
from store.writer import Tx
from tests.harbour import POLICY

ROOT = Path(__file__).parents[2]
KILLS = 5  # on each database


async def acknowledged(url: str, run: int) -> list[str]:
    """Start the process, let it promise some messages, and kill it in the middle of its work."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.store.crashing", url, str(run), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    lines = [await child.stdout.readline() for _ in range(7 + run)]
    child.kill()
    lines += (await child.stdout.read()).splitlines(keepends=True)
    await child.wait()
    return [line.decode().strip() for line in lines if line.endswith(b"\n")]


def _kept(tx: Tx) -> set[str]:
    return set(tx.scalars(select(inbound.c.source_id)))


async def test_nothing_that_was_acknowledged_is_lost_when_the_process_is_killed(url: str) -> None:
    """K-03 in small: killed again and again, everything promised is there and the audit is clean."""
    promised = [name for run in range(KILLS) for name in await acknowledged(url, run)]
    store = await Store.open(url)
    lost = await store.read(lambda tx: {marked_name(tx.dialect, name) for name in promised} - _kept(tx))
    result = await store.read(lambda tx: audit(tx, policy=POLICY))
    await store.close()
    assert lost == set()
    assert len(promised) >= 7 * KILLS
    assert result.faults == ()
    assert result.rows["inbound"] == result.rows["case"] == result.rows["outbox"] == result.rows["register"]
