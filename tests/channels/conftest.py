"""What the tests of channels share: a desk that takes messages in, and an authority whose certificates they trust."""

from __future__ import annotations

import pytest
import trustme

from tests.channels.contract import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()
