"""The command line as people use it, in a folder of its own."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

import main
from tests.workers.verbs.mails import SETTINGS, mail, mbox
from workers.verbs import importing


@dataclass
class Said:
    """How a verb ended, and what it said."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Its JSON lines."""
        return [orjson.loads(line) for line in self.out.splitlines()]


Verb = Callable[..., Said]


@pytest.fixture
def verb(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str], logs_put_back: None
) -> Verb:
    """`verb("cases", "--json")` is what a shell in `tmp_path` would do."""
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> Said:
        capfd.readouterr()
        status = main.main([str(word) for word in words])
        sys.stdout.flush()
        return Said(status, *capfd.readouterr())

    return call


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A desk of its own, with keys and without a way in."""
    return furnish(tmp_path)


@pytest.fixture
def filled(tmp_path: Path, filled_once: Path) -> Path:
    """The settings of a desk that has two cases, and a third contact that is held."""
    shutil.copytree(filled_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "desk.toml"


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    stranger = mail(3, "kit@elsewhere.example", Subject="Re: Broken thing 1", In_Reply_To="<m1@customer.example>")
    path = mbox(folder / "box", mail(1), mail(2, "bo@third.example"), stranger)
    assert importing.run(path, furnish(folder)) == 0
    return folder


def furnish(folder: Path) -> Path:
    (folder / "desk.toml").write_text(SETTINGS)
    (folder / "keys").write_text("a " + "5" * 64 + "\n")
    return folder / "desk.toml"
