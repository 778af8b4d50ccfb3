"""A server that speaks S3 (moto), on loopback, with one bucket in it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from types import TracebackType

BUCKET = "desk"


class S3:
    """A context: the server runs while it is entered. `environ` is what a client of it has in its environment."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]

    @property
    def environ(self) -> dict[str, str]:
        secret = {"AWS_ACCESS_KEY_ID": "desk", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
        return secret | {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": self.address}

    def __enter__(self) -> S3:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                self._make_bucket()
            except OSError:
                time.sleep(0.1)
            else:
                return self
        raise RuntimeError("the S3 server does not answer")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def _make_bucket(self) -> None:
        request = urllib.request.Request(f"{self.address}/{BUCKET}", method="PUT")
        urllib.request.urlopen(request, timeout=5).close()
