"""The daemon dies at a chosen system call, or is told that disk or peer has failed: its books are in order. P2, K-03, K-04."""

from __future__ import annotations

import shutil

import pytest

from bench.faults.syscalls import count, every, trace
from tests.store.databases import absent

CHOSEN = {
    "sqlite": (
        "message: pwrite64 killed",
        "message: fdatasync EIO",
        "message: pwrite64 ENOSPC",
        "start: fdatasync killed",
    ),
    "postgresql": ("start: sendto killed", "start: sendto ECONNRESET", "start: connect ECONNREFUSED"),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", CHOSEN)
async def test_it_may_die_at_any_system_call_and_the_disk_or_its_peer_may_fail(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.faults.traced.ROUNDS", 1)
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    if database == "postgresql" and (reason := absent()):
        pytest.skip(reason)
    points = every(await count(database, seed=3))
    kinds = {point.kind: point for point in points if point.n <= 3}
    verdict, reached = await trace(database, [kinds[kind] for kind in CHOSEN[database]], seed=3)
    assert len(reached) == len(CHOSEN[database])
    assert verdict.kept, f"\n{verdict}"
