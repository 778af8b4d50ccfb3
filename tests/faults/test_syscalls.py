"""The daemon dies at a chosen system call, or is told that the disk is broken: its books are in order. P2, K-03, K-04."""

from __future__ import annotations

import shutil

import pytest

from bench.faults.syscalls import Point, trace

POINTS = (
    Point(call="pwrite64", n=40),
    Point(call="fdatasync", n=4),
    Point(call="fdatasync", n=5, error="EIO"),
    Point(call="pwrite64", n=60, error="ENOSPC"),
)


@pytest.mark.timeout(300)
async def test_it_may_die_at_any_system_call_and_the_disk_may_break() -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    verdict, reached = await trace("sqlite", POINTS, seed=3)
    assert reached.total() == len(POINTS)
    assert verdict.kept, f"\n{verdict}"
