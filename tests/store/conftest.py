"""Every test of the store runs on both databases."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest

from store import colleagues
from store.database import Store
from tests.harbour import POLICY
from tests.store.databases import Postgres, Sqlite, absent


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    if reason := absent():
        pytest.skip(reason)
    server = Postgres(f"answerable_test_{os.getpid()}")
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh database with all tables."""
    with request.getfixturevalue(request.param).fresh() as address:
        yield address


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = await Store.open(url)
    await opened.write(lambda tx: colleagues.know(tx, POLICY))
    yield opened
    await opened.close()
