"""What somebody needs who has only a clone, Python 3.11, pip, make and git. It downloads, so it runs where nothing is skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CERTIFICATES = ("SSL_CERT_FILE", "PIP_CERT", "PIP_INDEX_URL", "PIP_FIND_LINKS")
BARE = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"} | {
    name: os.environ[name] for name in CERTIFICATES if name in os.environ
}


def said(folder: Path, *command: str) -> str:
    ended = subprocess.run(
        command, cwd=folder, env=BARE | {"HOME": str(folder)}, capture_output=True, text=True, check=False, timeout=600
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.skipif(
    "ANSWERABLE_NO_SKIPS" not in os.environ, reason="downloads all dependencies; ANSWERABLE_NO_SKIPS runs it"
)
@pytest.mark.timeout(900)
def test_a_fresh_clone_sets_itself_up_with_nothing_but_python_pip_make_and_git(tmp_path: Path) -> None:
    """On Debian pip refuses to install for the whole system, and there may be no venv module."""
    if not shutil.which("python3", path=BARE["PATH"]) or not (ROOT / ".git").exists():
        pytest.skip("no python3 of the system's own, or no clone")
    clone = tmp_path / "clone"
    said(tmp_path, "git", "clone", "--quiet", "--depth", "1", ROOT.as_uri(), str(clone))
    assert "Setting up" in said(clone, "make", ".venv/runtime.stamp")
    assert "Setting up" not in said(clone, "make", ".venv/runtime.stamp"), "the second time there is nothing to do"
    mail = clone / "tests" / "corpus" / "0001-plain-words.eml"
    assert '"verdict":"OPEN"' in said(clone, ".venv/bin/python", "main.py", "explain", "--json", str(mail))
    assert not (clone / "var").exists(), "explaining stores nothing"
    compiled = list((clone / "workers" / "__pycache__").glob("*.pyc"))
    assert compiled, "byte code is kept, or every start would take seconds"
