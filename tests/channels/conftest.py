"""What the tests of channels share: a desk that takes messages in, and an authority whose certificates they trust."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from tests.channels.contract import Desk
from tests.channels.shop import NEXT, OURS


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The file of a shop's two secrets, while one replaces the other."""
    path = tmp_path / "shop.secrets"
    path.write_text(f"# the shop\n{OURS}\n{NEXT}\n")
    return path
