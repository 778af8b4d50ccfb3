"""A place for one daemon: a folder with its settings and secrets, free ports, and a database that goes with it."""

from __future__ import annotations

import os
import random
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from channels._smtp_accounts import account_line
from config.keys import new_file, new_webhook_secrets
from tests.store.databases import Postgres
from workers.clock import SystemIds

PORTS = range(10_000, 32_000)
PASSWORD = "their own secret"
SETTINGS = """
data = "{data}"

[database]
url = "{database}"

[space]
bytes = {reserve}
files = 100

[log]
format = "json"
level = "warning"

[channel.smtp]
kind = "smtp"
listen = "127.0.0.1:{smtp}"
accounts = "accounts"

[channel.lmtp]
kind = "smtp"
protocol = "lmtp"
listen = "127.0.0.1:{lmtp}"

[channel.webhook]
kind = "webhook"
secrets_file = "webhook-secrets"
{mailbox}
[http]
listen = "127.0.0.1:{http}"

[outgoing]
kind = "smarthost"
host = "127.0.0.1"
port = {sink}
tls = "none"
timeout = 10.0

[[person]]
id = "asha"
name = "Asha Patel"
email = "asha@staff.harbour.example"
department = "Customer Care"
login = "asha"

[[brand]]
id = "harbour"
name = "Harbour Home"
prefix = "HH"
addresses = ["help@harbour.example"]
[brand.rota]
mon = ["asha"]
tue = ["asha"]
wed = ["asha"]
thu = ["asha"]
fri = ["asha"]
sat = ["asha"]
sun = ["asha"]
[brand.acknowledgement]
per_sender_24h = 1000000
per_domain_1h = 1000000
all_1m = 1000000
unproven_1m = 1000000
"""
MAILBOX = """
[channel.mailbox]
kind = "imap"
host = "127.0.0.1"
port = {imap}
tls = "none"
user = "help"
password_file = "mailbox-password"
poll_seconds = 2
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a daemon lives, and how to reach it."""

    folder: Path
    settings: Path
    url: str
    smtp: int
    lmtp: int
    http: int

    @property
    def secret(self) -> str:
        return (self.folder / "webhook-secrets").read_text().strip()


@contextmanager
def furnished(
    *, database: str, sink: int, imap: int = 0, data: Path | None = None, reserve: int = 64 << 20
) -> Iterator[Place]:
    """A place for the length of the block. `database` is "sqlite" or "postgresql", or the address of one that is empty;
    `data` keeps what is stored elsewhere, and `reserve` bytes are to stay free there.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="answerable-faults-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        ports = dict(zip(("smtp", "lmtp", "http"), free_ports(3), strict=True))
        url = "sqlite:///answerable.db" if database == "sqlite" else database
        if database == "postgresql":
            server = Postgres(f"answerable_faults_{os.getpid()}")
            stack.callback(server.close)
            url = stack.enter_context(server.fresh())
        mailbox = MAILBOX.format(imap=imap) if imap else ""
        text = SETTINGS.format(data=data or folder, database=url, reserve=reserve, sink=sink, mailbox=mailbox, **ports)
        (folder / "answerable.toml").write_text(text)
        _secrets(data or folder)
        full = url.replace("sqlite:///", f"sqlite:///{data or folder}/")
        yield Place(folder=data or folder, settings=folder / "answerable.toml", url=full, **ports)


def beside(place: Place, name: str, url: str) -> Place:
    """Another daemon of the same company: with ports of its own, and a way of its own to the database."""
    ports = dict(zip(("smtp", "lmtp", "http"), free_ports(3), strict=True))
    text = place.settings.read_text().replace(place.url, url)
    for kind, port in ports.items():
        text = text.replace(f"127.0.0.1:{getattr(place, kind)}", f"127.0.0.1:{port}")
    settings = place.settings.with_name(f"{name}.toml")
    settings.write_text(text)
    return replace(place, settings=settings, url=url, **ports)


def _secrets(folder: Path) -> None:
    ids = SystemIds()
    (folder / "keys").write_text(new_file(ids.secret(32)))
    (folder / "webhook-secrets").write_text(new_webhook_secrets(ids.secret(32)))
    (folder / "accounts").write_text(account_line("asha", PASSWORD, ids.secret(16)) + "\n")
    (folder / "mailbox-password").write_text("secret\n")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different. None of those that the system gives to whoever asks for any: what a dead
    daemon leaves must not become another program's before the next one starts.
    """
    chance = random.SystemRandom()
    while not all(map(_free, ports := chance.sample(PORTS, count))):
        pass
    return ports


def _free(port: int) -> bool:
    with suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False
