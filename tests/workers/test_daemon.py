"""The daemon as a process: its first start, its end, and what it leaves."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from store import inbound, nodes
from store.database import Store
from tests.store.examples import raw
from tests.workers.running import ROOT, running
from tests.workers.verbs.conftest import furnish
from tests.workers.verbs.mails import SETTINGS, mail, mbox
from workers import first_start
from workers.clock import SystemClock, SystemIds

DAEMON = """
[channel.smtp]
kind = "smtp"
listen = "127.0.0.1:0"
[channel.lmtp]
kind = "smtp"
protocol = "lmtp"
listen = "127.0.0.1:0"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = furnish(tmp_path)
    path.write_text(DAEMON + SETTINGS)
    return path


def verb(folder: Path, *words: object) -> str:
    command = [sys.executable, str(ROOT / "main.py"), *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


class Slow:
    """A client that stops in the middle of a mail."""

    def __init__(self, port: int) -> None:
        self._wire = socket.create_connection(("127.0.0.1", port), timeout=15)
        self._file = self._wire.makefile("rb")
        self.reply()
        for line in ("HELO x", "MAIL FROM:<jo@customer.example>", "RCPT TO:<help@harbour.example>", "DATA"):
            self.say(line.encode() + b"\r\n")
            self.last = self.reply()

    def say(self, data: bytes) -> None:
        self._wire.sendall(data)

    def reply(self) -> str:
        return self._file.readline().decode().strip()

    def close(self) -> None:
        self._file.close()
        self._wire.close()


def test_a_mail_on_its_way_in_is_finished_before_the_daemon_ends(settings: Path) -> None:
    with running(settings.parent, "--config", str(settings)) as daemon:
        client = Slow(daemon.ports["smtp"])
        client.say(mail().replace(b"\n", b"\r\n")[:100])
        daemon.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        client.say(mail().replace(b"\n", b"\r\n")[100:] + b".\r\n")
        assert client.reply().startswith("250 ")
        assert client.reply().startswith("421 ")
        client.close()
        assert daemon.process.wait(10) == 0
    with running(settings.parent, "--config", str(settings)):
        wait_for(lambda: "Broken thing 1" in verb(settings.parent, "cases", "--config", settings))
    assert verb(settings.parent, "audit", "--config", settings).endswith("clean\n")


def test_a_mail_that_does_not_come_to_an_end_is_answered_421_and_the_daemon_ends_in_time(settings: Path) -> None:
    with running(settings.parent, "--config", str(settings)) as daemon:
        client = Slow(daemon.ports["smtp"])
        client.say(b"Subject: half a mail\r\n")
        assert daemon.stop(signal.SIGTERM) == 0, "within ten seconds"
        assert client.reply().startswith("421 ")
        client.close()


def test_what_was_being_decided_at_a_sudden_end_is_decided_at_once_after_the_next_start(settings: Path) -> None:
    """K-01 in small: no lease of the dead is waited for."""
    verb(settings.parent, "migrate", "--config", settings)
    asyncio.run(die_while_deciding(f"sqlite:///{settings.parent}/answerable.db"))
    with running(settings.parent, "--config", str(settings)):
        wait_for(lambda: "Broken thing 1" in verb(settings.parent, "cases", "--config", settings))


def test_a_large_old_mail_moves_to_the_object_store_while_the_daemon_runs(settings: Path) -> None:
    settings.write_text(settings.read_text() + '\n[blobs]\nurl = "blobs"\n')
    large = mail() + b"The lamp arrived broken.\n" * 1000
    verb(settings.parent, "import", mbox(settings.parent / "box", large), "--config", settings)
    with running(settings.parent, "--config", str(settings)) as daemon:
        wait_for(lambda: "blobs_moved" in daemon.log)
        [file] = objects(settings.parent / "blobs")
        assert b"The lamp arrived broken" not in file.read_bytes(), "it lies there sealed"
        assert daemon.stop(signal.SIGTERM) == 0
    assert verb(settings.parent, "audit", "--config", settings).endswith("clean\n")


def test_a_daemon_that_is_killed_while_it_moves_mail_loses_none(settings: Path) -> None:
    settings.write_text(settings.read_text() + '\n[blobs]\nurl = "blobs"\n')
    large = [mail(number, f"c{number}@customer.example") + b"The lamp arrived broken.\n" * 1000 for number in range(60)]
    verb(settings.parent, "import", mbox(settings.parent / "box", *large), "--config", settings)
    for moved in (1, 20, 45):
        with running(settings.parent, "--config", str(settings)) as daemon:
            wait_for(lambda there=moved: len(objects(settings.parent / "blobs")) >= there)
            daemon.stop(signal.SIGKILL)
        assert verb(settings.parent, "audit", "--config", settings).endswith("clean\n")


def objects(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def die_while_deciding(url: str) -> None:
    store = await Store.open(url)
    now = SystemClock().now()
    dead = await store.write(lambda tx: nodes.join(tx, "dead"))
    await store.write(lambda tx: inbound.receive(tx, raw(blob=mail(), received_at=now)))
    await store.write(lambda tx: inbound.claim(tx, node=dead, now=now, limit=9))
    await store.close()


def test_a_port_that_is_taken_is_one_sentence_and_status_one(settings: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings.write_text(settings.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}", 1))
        command = [sys.executable, str(ROOT / "main.py"), "run", "--config", str(settings)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    said = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    assert ended.returncode == 1
    assert said == [f"smtp: 127.0.0.1:{port} is taken: another program listens there, choose another port"]


def test_a_second_daemon_on_the_same_database_is_refused_in_a_sentence(settings: Path) -> None:
    with running(settings.parent, "--config", str(settings)):
        command = [sys.executable, str(ROOT / "main.py"), "run", "--config", str(settings)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (1, "another daemon is using this database\n")


def test_the_first_start_makes_everything_and_its_invitation_can_be_copied_line_by_line(tmp_path: Path) -> None:
    """What a newcomer reads must be true: the lines are run as they stand, swaks and all."""
    settle_ports(tmp_path)
    with running(tmp_path) as daemon:
        read_invitation(daemon)
        text = "".join(daemon.said)
        for name in ("answerable.toml", "keys", "accounts", "staff-password", "webhook-secrets"):
            assert stat.S_IMODE((tmp_path / "var" / name).stat().st_mode) == 0o600
        page = re.search(r"http://\S+/demo", text)
        assert page is not None
        with urllib.request.urlopen(page[0], timeout=10) as answer:
            assert answer.status == 200
        complain, answer_as_asha = re.findall(r"^ +(swaks .*?[^\\])\n(?= *\n)", text, re.DOTALL | re.MULTILINE)
        outbox = tmp_path / "var" / "outbox"
        shell(tmp_path, complain)
        wait_for(lambda: len(list(outbox.glob("*.eml"))) == 2)
        shell(tmp_path, answer_as_asha)
        wait_for(lambda: any(b"A new kettle is on its way" in each.read_bytes() for each in outbox.glob("*.eml")))
        assert daemon.stop(signal.SIGINT) == 0


def settle_ports(folder: Path) -> None:
    """A first start on this machine, whose usual ports may be taken: the settings as they would be written, with free ports."""
    path = folder / "var" / "answerable.toml"
    first_start.prepare(path, SystemIds())
    path.write_text(re.sub(r'listen = "127.0.0.1:\d+"', 'listen = "127.0.0.1:0"', path.read_text()))
    path.chmod(0o600)


def read_invitation(daemon) -> None:
    while "Ctrl-C stops it" not in daemon.said[-1]:
        daemon.said.append(daemon.process.stdout.readline())


def shell(folder: Path, command: str) -> None:
    subprocess.run(["bash", "-euc", command], cwd=folder, check=True, capture_output=True, timeout=60)


def wait_for(happened) -> None:
    for _ in range(200):
        if happened():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within 20 s")
