"""Fixtures that every room uses, and the rule that nothing is skipped where every server must be there."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterator

import pytest
import structlog
from hypothesis import settings

from tests.harbour import FakeClock, FakeIds

# A busy machine is no fault of the code: nothing fails for having taken longer than the 0.2 s that Hypothesis allows an example.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ids() -> FakeIds:
    return FakeIds()


@pytest.fixture
def logs_put_back() -> Iterator[None]:
    """Verbs set logging up for their whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None]:
    """With ANSWERABLE_NO_SKIPS a skipped test is a failed one: continuous integration has every server."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("ANSWERABLE_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
