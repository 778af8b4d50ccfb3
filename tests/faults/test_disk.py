"""A full disk is a pause: mail is put off, the daemon lives, and goes on by itself when there is space again. P7, P20, F-02."""

from __future__ import annotations

import os
import subprocess

import pytest

from bench.faults.disk import small_disk, starve


@pytest.fixture
def mountable() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to mount a small disk")
    try:
        with small_disk():
            pass
    except subprocess.CalledProcessError:
        pytest.skip("no disk can be mounted here")


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("mountable")
async def test_a_full_disk_puts_mail_off_and_loses_nothing() -> None:
    verdict = await starve(3, seed=1)
    assert verdict.kept, f"\n{verdict}"
