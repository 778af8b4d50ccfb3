"""The daemon as people start it: a process of its own, with settings, ports and a folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
LISTENS = re.compile(r"^  (\w+) +listens on ([\d.]+):(\d+)$")


class Daemon:
    """A running daemon. `ports` are known as soon as there is one."""

    def __init__(self, *words: str, folder: Path) -> None:
        self.folder = folder
        self._log = (folder / "log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "main.py"), "run", *words],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        )
        self.ports: dict[str, int] = {}
        self.said: list[str] = []
        self._listen()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if match := LISTENS.match(line):
                self.ports[match[1]] = int(match[3])
            elif self.ports:
                return
            if len(self.ports) == 3 and "--config" in self.process.args:
                return

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def stop(self, number: int) -> int:
        """Send the signal: the exit status."""
        self.process.send_signal(number)
        return self.process.wait(10)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self._log.close()


@contextmanager
def running(folder: Path, *words: str) -> Iterator[Daemon]:
    daemon = Daemon(*words, folder=folder)
    try:
        yield daemon
    finally:
        daemon.close()
