"""The first start on a new machine: writes the local configuration with its secrets, and says what a newcomer can try."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from channels._smtp_accounts import account_line
from config.keys import new_file, new_webhook_secrets
from config.loader import default_text
from workers.clock import SystemIds
from workers.wiring import Parts

PASSWORD_FILE = "staff-password"


def prepare(settings: Path, ids: SystemIds) -> None:
    """Make what is not there yet; what is there is left alone. Readable by their owner only."""
    folder = settings.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(settings, default_text)
    make_keys(folder / "keys", ids)
    _write(folder / "webhook-secrets", lambda: new_webhook_secrets(ids.secret(32)))
    _write(folder / PASSWORD_FILE, lambda: ids.letter() + "\n")
    _write(folder / "accounts", lambda: account_line("asha", _password(folder), ids.secret(16)) + "\n")


def make_keys(path: Path, ids: SystemIds) -> None:
    """The signing keys, which every daemon needs, where there are none yet. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(path, lambda: new_file(ids.secret(32)))


def invitation(parts: Parts) -> str:
    """Where to look, and three things to try. Every line can be copied into a terminal as it stands."""
    host, port = parts.addresses.get("smtp", ("127.0.0.1", 2525))
    web_host, web_port = parts.addresses["http"]
    data = parts.loaded.settings.data
    desk = parts.loaded.policy.brands[0].addresses[0]
    asha = parts.loaded.policy.people[0].email
    name, _, domain = desk.partition("@")
    return f"""
Answerable runs. Settings are in {data / "answerable.toml"}, and letters land in {data / "outbox"} as .eml files. Try:

  1. Complain by mail. A moment later the acknowledgement is in the outbox, and so is the notification to Asha.
       swaks --server {host}:{port} --from you@example.org --to {desk} \\
         --header 'Subject: The kettle leaks' --body 'My kettle (order 88123) leaks. I am disappointed.'

     Answer as Asha, which in her mail program is pressing Reply; you find the answer in the outbox:
       swaks --server {host}:{port} --auth-user asha --auth-password {_password(data)} --from {asha} \\
         --to "$(grep -hoE '{name}\\+s\\.[a-z0-9.]+@{domain}' {data / "outbox"}/*.eml | tail -n 1)" \\
         --body 'A new kettle is on its way to you today.'

  2. Complain in the chat window:  http://{web_host}:{web_port}/demo

  3. See what would happen to any mail, and why:
       .venv/bin/python main.py explain tests/corpus/2009-customer-whose-parcel-was-not-delivered.eml

  Look at what came of it:  .venv/bin/python main.py cases      (or register, parked, audit; --help lists all)
  Ctrl-C stops it. Nothing that was accepted is lost.
"""


def _write(path: Path, text: Callable[[], str]) -> None:
    if not path.exists():
        draft = path.with_suffix(".new")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text())
        draft.replace(path)


def _password(folder: Path) -> str:
    return (folder / PASSWORD_FILE).read_text().strip()
