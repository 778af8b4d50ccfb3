"""Fixtures that every room uses, and the rule that nothing is skipped where every server must be there."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

from tests.harbour import FakeClock, FakeIds


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ids() -> FakeIds:
    return FakeIds()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None]:
    """With ANSWERABLE_NO_SKIPS a skipped test is a failed one: continuous integration has every server."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("ANSWERABLE_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
