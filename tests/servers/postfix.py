"""A real Postfix of our own: Debian's package, private folders, loopback, a free port, quick retries."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PATIENCE = 20.0  # seconds for the server to start, to stop, or to be done with its queue
SERVICES = """\
{port} inet n - n - - smtpd
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
relay unix - - n - - smtp
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
SETTINGS = {
    "compatibility_level": "3.6",
    "command_directory": "/usr/sbin",
    "daemon_directory": "/usr/lib/postfix/sbin",
    "mail_owner": "postfix",
    "setgid_group": "postdrop",
    "inet_interfaces": "127.0.0.1",
    "inet_protocols": "ipv4",
    "myhostname": "mx.harbour.example",
    "mydestination": "",
    "mynetworks": "127.0.0.0/8",
    "alias_maps": "",
    "smtp_dns_support_level": "disabled",
    "smtpd_peername_lookup": "no",
    "minimal_backoff_time": "1s",
    "maximal_backoff_time": "1s",
    "queue_run_delay": "1s",
    "relay_recipient_maps": "",
    "virtual_mailbox_domains": "customer.example",
    "virtual_mailbox_maps": "static:customers/",
    "virtual_minimum_uid": "1",
}


class Postfix:
    """A running server. Mail for customer.example ends in a maildir; what else it does, its settings say."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self._etc = folder / "etc"
        self._queue = folder / "queue"
        self._log = folder / "mail.log"
        self._mail = folder / "mail"
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        for each in (self._etc, self._queue, folder / "data", self._mail):
            each.mkdir()
        shutil.chown(folder / "data", "postfix", "postfix")
        shutil.chown(self._mail, "postfix", "postfix")
        ids = self._mail.stat()
        own = {
            "queue_directory": self._queue,
            "data_directory": folder / "data",
            "maillog_file_prefixes": folder,
            "maillog_file": self._log,
            "virtual_mailbox_base": self._mail,
            "virtual_uid_maps": f"static:{ids.st_uid}",
            "virtual_gid_maps": f"static:{ids.st_gid}",
        }
        lines = [f"{key} = {value}" for key, value in {**SETTINGS, **own, **settings}.items()]
        (self._etc / "main.cf").write_text("\n".join(lines) + "\n")
        (self._etc / "master.cf").write_text(SERVICES.format(port=self.port))

    def logged(self, words: str, times: int = 1) -> bool:
        """Whether the log says it so many times and no more. Its daemon writes a little late, so it is waited for."""
        _until(lambda: self._log.read_text().count(words) >= times, f"the log never says {words!r}")
        return self._log.read_text().count(words) == times

    def mails(self) -> list[bytes]:
        """What arrived for customer.example."""
        return [file.read_bytes() for file in sorted(self._mail.glob("customers/new/*"))]

    def delivered(self) -> int:
        """How many of them."""
        return sum(1 for _ in self._mail.glob("customers/new/*"))

    def start(self) -> None:
        self._command("start")
        _until(self._answers, "Postfix did not start")

    def stop(self) -> None:
        master = int((self._queue / "pid/master.pid").read_text())
        self._command("stop")
        _until(lambda: not Path(f"/proc/{master}").exists(), "Postfix did not stop")

    def finish(self) -> None:
        """Wait until nothing is left in the queue: whatever could have been delivered twice has been."""
        _until(lambda: b"is empty" in self._run("postqueue", "-c", self._etc, "-p"), "mail is left in the queue")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                return connection.recv(100).startswith(b"220")
        except OSError:
            return False

    def _command(self, word: str) -> None:
        self._run("postfix", "-c", self._etc, word)

    @staticmethod
    def _run(*command: str | Path) -> bytes:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
        if done.returncode:
            raise RuntimeError(f"{command} failed: {(done.stdout + done.stderr).decode()}")
        return done.stdout


def require_postfix() -> None:
    """Skips the test where there is no Postfix or no root: before anything else is started."""
    if not shutil.which("postfix") or os.geteuid() != 0:
        pytest.skip("needs Debian's postfix package, and root to run one of its own")


@contextmanager
def running_postfix(**settings: str) -> Iterator[Postfix]:
    """A Postfix with these settings for the length of the block. Skips the test where there is none or no root."""
    require_postfix()
    with tempfile.TemporaryDirectory(prefix="answerable-postfix-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # its processes run as another user
        postfix = Postfix(folder, settings)
        postfix.start()
        try:
            yield postfix
        finally:
            postfix.stop()


def _until(done: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(0.1)
