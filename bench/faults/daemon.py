"""The daemon as a process of its own: started, killed, stopped, looked at."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from bench.faults.nursery import ROOT, Life, Nursery
from bench.faults.place import Place

STOP_SECONDS = 20.0


class Daemon:
    """`main.py run`, as often as it takes. What it logs goes to one file."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._log = place.settings.parent / "daemon.log"
        self._process: subprocess.Popen[bytes] | Life | None = None
        self._nursery: Nursery | None = None
        self.started_at = 0.0

    def start(self, before: Sequence[str] = ()) -> None:
        """Start it; `before` is a command that runs it, such as strace."""
        command = [*before, sys.executable, "main.py", "run", "--config", str(self._place.settings)]
        self.started_at = monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def begin(self, *, held: bool = False) -> None:
        """The same from where its imports end, and in a third of the time; `held` until it gets SIGCONT."""
        self._nursery = self._nursery or Nursery(self._place.settings, self._log, self._environment())
        self._process = self._nursery.begin(held=held)
        self.started_at = monotonic()

    def close(self) -> None:
        """None will begin any more."""
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None

    def kill(self) -> None:
        """SIGKILL: it cannot tidy up."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def signal(self, number: int) -> None:
        """SIGSTOP, and SIGCONT."""
        assert self._process is not None
        self._process.send_signal(number)

    async def stop(self) -> int:
        """SIGTERM: its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._process.wait, STOP_SECONDS)

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def log(self) -> str:
        """Everything that it ever said."""
        return self._log.read_text(errors="replace")

    def audit(self) -> dict[str, Any]:
        """What `main.py audit --json` says."""
        command = [sys.executable, "main.py", "audit", "--json", "--config", str(self._place.settings)]
        done = subprocess.run(command, cwd=ROOT, env=self._environment(), capture_output=True, timeout=300, check=False)
        if not done.stdout.strip():
            raise RuntimeError(f"audit said nothing: {done.stderr.decode()[-500:]}")
        return dict(json.loads(done.stdout))

    def orphans(self) -> list[int]:
        """Processes that it began and left behind."""
        mark = self._mark().encode()
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _holds(entry, mark)]

    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        name, _, value = self._mark().partition("=")
        return kept | {name: value}

    def _mark(self) -> str:
        return f"ANSWERABLE_SIEGE={self._place.settings.parent.name}"


def _holds(process: Path, mark: bytes) -> bool:
    try:
        return mark in (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
