"""A message may end its reader: the daemon lives on, and the message is kept as far as it can be read."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from intake.fingerprint import fingerprint
from tests.harbour import POLICY
from tests.store.examples import raw
from workers.deciding import sandbox as module
from workers.deciding.sandbox import BEGINNING, ROOT, Sandbox
from workers.deciding.understanding import understand

MESSAGE = raw(blob=b"From: jo@customer.example\r\nSubject: Lamp\r\n\r\nThe lamp is broken.\r\n" * 2000)


async def test_what_the_child_reads_is_what_the_daemon_itself_would_read() -> None:
    sandbox = Sandbox(POLICY)
    try:
        assert await sandbox.understand(raw()) == understand(raw(), POLICY)
        assert await sandbox.understand(MESSAGE) == understand(MESSAGE, POLICY)
    finally:
        await sandbox.close()


async def test_where_the_child_dies_the_beginning_is_read_and_said_to_be_that() -> None:
    sandbox = Sandbox(POLICY)
    try:
        await sandbox.understand(raw())
        child = sandbox._child
        assert child is not None
        os.kill(child.pid, signal.SIGSTOP)
        reading = asyncio.create_task(sandbox.understand(MESSAGE))
        await asyncio.sleep(0.1)
        os.kill(child.pid, signal.SIGKILL)
        found = await reading
    finally:
        await sandbox.close()
    assert "limit-effort" in found.message.defects
    assert found.message.subject == "Lamp"
    assert 0 < len(found.message.text) <= BEGINNING
    assert found.raw == MESSAGE, "the message itself stays whole"
    assert found.signals.fingerprint == fingerprint(MESSAGE.blob)


async def test_what_no_child_survives_is_shown_as_it_stands_and_proves_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMMAND", (sys.executable, "-c", "raise SystemExit(1)"))
    sandbox = Sandbox(POLICY)
    found = await sandbox.understand(raw())
    await sandbox.close()
    assert found.message.defects == ("unreadable",)
    assert "The lamp arrived broken." in found.message.text
    assert found.signals.sender is None


async def test_a_child_that_says_nothing_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    sandbox = Sandbox(POLICY)
    found = await sandbox.understand(raw())
    await sandbox.close()
    assert found.message.defects == ("unreadable",)


async def test_stopping_the_daemon_ends_the_child_in_the_middle_of_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    sandbox = Sandbox(POLICY)
    reading = asyncio.create_task(sandbox.understand(raw()))
    while sandbox._child is None:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    child = sandbox._child
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert child.wait(10) == -signal.SIGKILL


@pytest.mark.parametrize(
    ("burden", "end"),
    [
        ("child.PROCESSOR_SECONDS = 0\nchild.limit_time()\nwhile True: pass", -signal.SIGXCPU),
        ("child.limit_memory()\nbytearray(600_000_000)", 1),  # MemoryError, which the reader turns into a defect
    ],
)
def test_one_message_gets_so_much_processor_time_and_half_a_gigabyte(burden: str, end: int) -> None:
    """P-06, P9."""
    script = f"from workers.deciding import sandbox_child as child\n{burden}"
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.DEVNULL, check=False)
    assert ended.returncode == end
