"""A secret is in a file or in the environment, and in nothing that is printed: not in a sentence, not in a trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from main import main
from tests.e2e.company import settings
from tests.e2e.house import furnish

ADDRESSES = [
    "postgresql://desk:s3cret@127.0.0.1:1/none",
    "postgresql://desk:s3cret@127.0.0.1:port/none",
    "postgresql://desk:s3cret/more@127.0.0.1/none",
    "postgresql://desk:s3cret@[127.0.0.1/none",
    "postgresql://desk:s3cret\u2100@127.0.0.1/none",
    "mysql://desk:s3cret@127.0.0.1/none",
    "s3cret",
]


@pytest.mark.parametrize("verb", ["check", "audit"])
@pytest.mark.parametrize("where", ["url", "url_env"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_whatever_is_wrong_with_the_address_of_the_database_its_password_is_not_said(
    address: str,
    where: str,
    verb: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    logs_put_back: None,
) -> None:
    monkeypatch.setenv("DESK_DATABASE", address)
    database = f'[database]\n{where} = "{address if where == "url" else "DESK_DATABASE"}"\n'
    file = furnish(tmp_path, f'data = "{tmp_path}"\n' + settings(database))
    assert main([verb, "--config", str(file)]) != 0
    said = "".join(capfd.readouterr())
    assert said
    assert "s3cret" not in said
    assert "Traceback" not in said
