"""A large mail holds nobody up, and leaves nothing where it is not kept after all."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from config.settings import Space as Reserve
from intake.ports import NoSpace, TryLater
from store import inbound, pieces
from store.database import Store
from store.schema import arriving, piece
from store.writer import Tx
from tests.harbour import FakeClock
from tests.store.examples import raw
from workers.freight import FEW, Freight, take_up
from workers.receiver import Keeper
from workers.watching.space import Space

CONTENT = b"Subject: Broken lamp\r\n\r\n" + bytes(20 * pieces.SIZE)


def keeper(store: Store) -> Keeper:
    return Keeper(store, Space((), Reserve()), received=lambda: None)


async def left(store: Store) -> list[int | None]:
    counts = [select(func.count()).select_from(table) for table in (piece, arriving)]
    return await store.read(lambda tx: [tx.scalar(each) for each in counts])


async def test_small_mail_is_kept_while_a_large_one_is_on_its_way_in(store: Store, clock: FakeClock) -> None:
    deliver = keeper(store)
    coming = asyncio.create_task(deliver([raw("large", blob=CONTENT)]))
    while not (await left(store))[0]:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await deliver([raw("small")])
    assert not coming.done()
    await coming
    kept = await take_up(store, lambda tx: inbound.claim(tx, node=store.node, now=clock.now(), limit=9))
    assert [each.raw.blob for each in kept] == [raw("small").blob, CONTENT]
    assert await left(store) == [21, 0]


async def test_a_mail_of_one_piece_goes_with_its_row(store: Store) -> None:
    await keeper(store)([raw("1", blob=CONTENT[: pieces.SIZE]), raw("2", blob=CONTENT[: pieces.SIZE + 1])])
    assert await left(store) == [2, 0]


async def test_of_large_mails_a_few_go_in_at_a_time(store: Store) -> None:
    freight = Freight(store, Space((), Reserve()))
    coming = [freight.ahead([raw(str(number))]) for number in range(FEW + 1)]
    for each in coming[:FEW]:
        await each.__aenter__()
    waiting = asyncio.create_task(coming[FEW].__aenter__())
    await asyncio.sleep(0)
    assert not waiting.done()
    await coming[0].__aexit__(None, None, None)
    await waiting
    for each in coming[1:]:
        await each.__aexit__(None, None, None)


async def test_a_large_mail_that_comes_again_is_kept_once(store: Store) -> None:
    deliver = keeper(store)
    [first], [again], [copy] = [await deliver([raw(name, blob=CONTENT)]) for name in ("1", "1", "2")]
    assert [first.new, again.new, copy.new] == [True, False, True]
    assert await left(store) == [21, 0]


async def test_of_a_large_mail_that_is_not_kept_after_all_nothing_stays(store: Store) -> None:
    def refuse(tx: Tx) -> None:
        raise TryLater

    with pytest.raises(TryLater):
        await keeper(store).guarded(refuse)([raw("1", blob=CONTENT)])
    assert await left(store) == [0, 0]


async def test_of_a_large_mail_whose_sender_has_gone_nothing_stays(store: Store) -> None:
    coming = asyncio.create_task(keeper(store)([raw("large", blob=CONTENT)]))
    while not (await left(store))[0]:  # noqa: ASYNC110
        await asyncio.sleep(0)
    coming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await coming
    assert await left(store) == [0, 0]


async def test_a_large_mail_under_which_others_fill_the_disk_is_put_off(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reserve is for what was accepted; half of one mail of many megabytes would eat it up."""
    disk = SimpleNamespace(f_flag=0, f_files=0, f_favail=0, f_bavail=10 * len(CONTENT), f_frsize=1)
    monkeypatch.setattr("workers.watching.space.os.statvfs", lambda _: disk)
    deliver = Keeper(store, Space([tmp_path], Reserve(bytes=len(CONTENT))), received=lambda: None)
    coming = asyncio.create_task(deliver([raw("large", blob=CONTENT)]))
    while not (await left(store))[0]:  # noqa: ASYNC110
        await asyncio.sleep(0)
    disk.f_bavail = len(CONTENT) // 2
    with pytest.raises(NoSpace):
        await coming
    assert await left(store) == [0, 0]
