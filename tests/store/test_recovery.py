"""What a dead process had taken up is taken up again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from store import cases, inbound, outbox
from store.database import Store
from store.recovery import recover
from store.schema import outbox as letters
from store.writer import Tx
from tests.harbour import TUESDAY
from tests.store.databases import Postgres, Sqlite
from tests.store.examples import decision, letter, opened, raw, submission, take_in

LONG = timedelta(hours=1)


def take_everything(tx: Tx) -> list[int]:
    """How many messages, cases and letters there were to take up."""
    some = {"owner": "me", "now": TUESDAY, "lease": LONG, "limit": 10}
    found = inbound.claim(tx, **some), cases.due(tx, **some), outbox.claim(tx, **some, channels=["mail"])
    for each in found[2]:
        outbox.begin(tx, each.outbox_id, owner="me", now=TUESDAY, lease=LONG)
    return [len(each) for each in found]


@pytest.fixture
async def interrupted(store: Store) -> Store:
    """A message, a case and an acknowledgement that a process had taken up when it ended."""
    await store.write(lambda tx: take_in(tx, decision(opened()), (letter(), submission())))
    await store.write(lambda tx: inbound.receive(tx, raw("2")))
    assert await store.write(take_everything) == [1, 1, 1]
    return store


async def test_whoever_is_alone_takes_everything_up_again_at_once(interrupted: Store) -> None:
    unknown = await interrupted.write(lambda tx: recover(tx, now=TUESDAY, alone=True))
    assert await interrupted.read(lambda tx: tx.scalars(select(letters.c.id)).all()) == unknown
    assert await interrupted.write(take_everything) == [1, 1, 0]


async def test_among_others_only_what_has_ended_is_taken_up_again(interrupted: Store) -> None:
    assert await interrupted.write(lambda tx: recover(tx, now=TUESDAY, alone=False)) == []
    assert await interrupted.write(take_everything) == [0, 0, 0]
    assert len(await interrupted.write(lambda tx: recover(tx, now=TUESDAY + LONG, alone=False))) == 1


async def test_only_a_sqlite_file_can_be_had_alone(sqlite: Sqlite, postgres: Postgres) -> None:
    with sqlite.fresh() as file, postgres.fresh() as server:
        daemon, visitor, node = (
            await Store.open(file),
            await Store.open(file, exclusive=False),
            await Store.open(server),
        )
        assert [each.alone for each in (daemon, visitor, node)] == [True, False, False]
        for each in (daemon, visitor, node):
            await each.close()
