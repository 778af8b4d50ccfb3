"""Lives of the daemon that begin where its imports end: forks of one process that has loaded everything that a start loads.

Loading is two thirds of a start's work, and nothing of what is promised happens in it: with most lives begun here a siege has
three times as many kills in the same time. Each is a process of its own, and `main.py run` from its first line on.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]


class Life:
    """One of them, as `Popen` would have it. The nursery is its parent, and says when it has ended."""

    def __init__(self, told: IO[bytes]) -> None:
        self.pid = int(told.readline())
        self._told = told
        self._status: int | None = None

    def poll(self) -> int | None:
        return self._ended(0.0)

    def wait(self, timeout: float | None = None) -> int:
        status = self._ended(timeout)
        if status is None:
            raise TimeoutError
        return status

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def _ended(self, timeout: float | None) -> int | None:
        if self._status is None and select.select([self._told], [], [], timeout)[0]:
            self._status = int(self._told.readline())
        return self._status


class Nursery:
    """One life at a time. Everything that begins here has this environment."""

    def __init__(self, settings: Path, log: Path, environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", __name__, str(settings), str(log)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )

    def begin(self, *, held: bool) -> Life:
        """A new life; one that is held does nothing until it gets SIGCONT."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"held\n" if held else b"free\n")
        life = Life(self._process.stdout)
        while held and "State:\tT" not in Path(f"/proc/{life.pid}/status").read_text():
            time.sleep(0.001)  # or the signal could come first
        return life

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def _serve(settings: Path, log: Path) -> None:
    """A life for each line; its pid when it begins, its exit status when it has ended."""
    from main import main
    from workers import basics

    for name in ("uvloop", "workers.verbs.run"):
        import_module(name)
    basics.read(settings)  # which loads the channels that they name
    gc.freeze()
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _become(settings, log, held=line == "held\n")
            sys.exit(main(sys.orig_argv[2:]))
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(settings: Path, log: Path, *, held: bool) -> None:
    """A daemon's process, as it stands where the interpreter comes to main.py."""
    nothing, file = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for source, target in ((nothing, 0), (file, 1), (file, 2)):
        os.dup2(source, target)
    # One that is declared dead begins anew by these words.
    sys.orig_argv[1:] = ["main.py", "run", "--config", str(settings)]
    if held:
        os.kill(os.getpid(), signal.SIGSTOP)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), Path(sys.argv[2]))
