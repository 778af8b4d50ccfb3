"""A store in memory, and a desk that decides for Harbour Home."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store import colleagues
from store.database import Store
from tests.harbour import POLICY, FakeIds
from tests.paper import letters
from workers.deciding.desk import Desk


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    opened = await Store.open("sqlite://")
    await opened.enter("me")
    await opened.write(lambda tx: colleagues.know(tx, POLICY))
    yield opened
    await opened.close()


@pytest.fixture
def desk() -> Desk:
    return Desk(policy=POLICY, letters=letters(), ids=FakeIds())
