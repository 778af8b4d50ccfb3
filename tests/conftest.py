"""Fixtures that every room uses."""

from __future__ import annotations

import pytest

from tests.harbour import FakeClock, FakeIds


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ids() -> FakeIds:
    return FakeIds()
