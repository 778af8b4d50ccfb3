"""A private Dovecot on loopback, from Debian's package: real IMAP mailboxes for the tests."""

from __future__ import annotations

import contextlib
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

CONFIG = """
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
{tls}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
mail_location = maildir:{home}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
mailbox_idle_check_interval = 1 secs
passdb {{
  driver = static
  mechanisms = plain login
  args = password=secret
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {home}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""


@dataclass(frozen=True, kw_only=True)
class Dovecot:
    """A running server. Any user name opens a mailbox of its own; the password is "secret"."""

    port: int  # with STARTTLS where it has a certificate
    home: Path
    tls_port: int = 0

    @contextlib.contextmanager
    def client(self, user: str) -> Iterator[imaplib.IMAP4]:
        """A mail program of somebody else's."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        client.login(user, "secret")
        client.select("INBOX")
        try:
            yield client
        finally:
            client.logout()

    def append(self, user: str, blob: bytes, *, folder: str = "INBOX", internal_date: str | None = None) -> None:
        """A message arrives."""
        with self.client(user) as client:
            answer, _ = client.append(folder, None, internal_date, blob)
            assert answer == "OK"

    def flags(self, user: str, folder: str = "INBOX") -> list[str]:
        """The flags of each message, in order; none where there is no such folder."""
        with self.client(user) as client:
            answer, (count,) = client.select(folder, readonly=True)
            if answer != "OK" or count in (None, b"0"):
                return []
            _, found = client.fetch("1:*", "(FLAGS)")
            return [item.decode() for item in found if isinstance(item, bytes)]

    def put(self, user: str, blobs: Iterable[bytes]) -> None:
        """Many messages arrive at once: put where Dovecot looks, by its own rules for such folders."""
        maildir = self.home / "mail" / user
        for folder in ("cur", "new", "tmp"):
            (maildir / folder).mkdir(parents=True, exist_ok=True)
        for folder in (maildir, *maildir.iterdir()):
            shutil.chown(folder, "nobody", "nogroup")
        for number, blob in enumerate(blobs):
            file = maildir / "tmp" / f"{1_700_000_000 + number}.M{number}.test"
            file.write_bytes(blob)
            shutil.chown(file, "nobody", "nogroup")
            file.rename(maildir / "new" / file.name)

    def kick(self, user: str) -> None:
        """Throw the user's clients out, as an operator does."""
        subprocess.run(["doveadm", "-c", self.home / "dovecot.conf", "kick", user], check=True, capture_output=True)

    def kill(self, user: str) -> None:
        """The processes that serve the user die without a word."""
        who: list[str | Path] = ["doveadm", "-c", self.home / "dovecot.conf", "who", "-1", user]
        lines = subprocess.run(who, check=True, capture_output=True, text=True).stdout.splitlines()[1:]
        for line in lines:
            os.kill(int(line.split()[2]), signal.SIGKILL)

    def forget_indexes(self, user: str) -> None:
        """What a lost disk or a moved mailbox does: UIDVALIDITY changes, and every UID with it."""
        for file in (self.home / "mail" / user).glob("dovecot*"):
            file.unlink()


@contextlib.contextmanager
def running(tokens: str = "http://127.0.0.1:9/", *, certificate: Path | None = None) -> Iterator[Dovecot]:
    """Start it, wait until it greets, and end it by its pid. Skips, visibly, where it cannot run.

    `tokens` is the address that says whose an access token is: it answers with JSON that has a "username". The
    `certificate` is a PEM file that holds its key as well; without one there is no TLS.
    """
    program = _program()
    port, tls_port = free_port(), free_port() if certificate else 0
    home = _home()
    config = home / "dovecot.conf"
    tls = f"ssl = yes\nssl_cert = <{certificate}\nssl_key = <{certificate}" if certificate else "ssl = no"
    names = {"user": "nobody", "group": "nogroup"}
    config.write_text(CONFIG.format(home=home, port=port, tls=tls, tls_port=tls_port, **names))
    (home / "oauth2.conf").write_text(f"tokeninfo_url = {tokens}\nusername_attribute = username\n")
    process = subprocess.Popen([program, "-F", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_greeting(port, process, home)
        yield Dovecot(port=port, home=home, tls_port=tls_port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)
        shutil.rmtree(home, ignore_errors=True)


def _program() -> str:
    program = shutil.which("dovecot", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("Dovecot is not installed")
    if os.geteuid() != 0:
        pytest.skip("Dovecot needs root to start")
    return program


def _home() -> Path:
    """A folder of its own: its workers are nobody, and pytest keeps its folders to its own user."""
    user = pwd.getpwnam("nobody")
    home = Path(tempfile.mkdtemp(prefix="answerable-dovecot-"))
    home.chmod(0o755)
    for folder in (home / "run", home / "mail"):
        folder.mkdir()
        os.chown(folder, user.pw_uid, user.pw_gid)
    return home


def _wait_for_greeting(port: int, process: subprocess.Popen[bytes], home: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            raise AssertionError(f"Dovecot ended: {(home / 'dovecot.log').read_text()[-2000:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as link:
            if link.recv(100).startswith(b"* OK"):
                return
        time.sleep(0.1)
    raise AssertionError("Dovecot does not greet")


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
