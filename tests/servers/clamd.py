"""A private clamd from Debian's package: the real scanner, with one signature of our own, since none may be downloaded here."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.servers.dovecot import free_port

# The test file of EICAR, in two halves so that no scanner minds this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
NAME = "Eicar.Test"
CONFIG = """
Foreground yes
LogFile {home}/log
DatabaseDirectory {home}/signatures
TCPAddr 127.0.0.1
TCPSocket {port}
LocalSocket {home}/socket
{user}
"""


@dataclass(kw_only=True)
class Clamd:
    """It can be ended and started again, at the same addresses."""

    program: str
    home: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def tcp(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def unix(self) -> str:
        return str(self.home / "socket")

    def start(self) -> None:
        """Until it answers."""
        self._process = subprocess.Popen(
            [self.program, "--config-file", self.home / "clamd.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(300):
            if self._process.poll() is not None:
                raise AssertionError(f"clamd ended: {(self.home / 'log').read_text()[-2000:]}")
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as link:
                link.sendall(b"zPING\0")
                if link.recv(10) == b"PONG\0":
                    return
            time.sleep(0.1)
        raise AssertionError("clamd does not answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(15)
            self._process = None


@contextmanager
def clamd() -> Iterator[Clamd]:
    """Not yet started. Skips, visibly, where it is not installed."""
    program = shutil.which("clamd", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("clamd is not installed")
    home = Path(tempfile.mkdtemp(prefix="answerable-clamd-"))
    (home / "signatures").mkdir()
    (home / "signatures" / "test.ndb").write_text(f"{NAME}:0:*:{EICAR.hex()}\n")
    server = Clamd(program=program, home=home, port=free_port())
    as_root = os.geteuid() == 0
    (home / "clamd.conf").write_text(CONFIG.format(home=home, port=server.port, user="User nobody" if as_root else ""))
    if as_root:  # it gives root up
        for path in (home, home / "signatures"):
            shutil.chown(path, "nobody")
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
