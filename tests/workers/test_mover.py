"""The mover: what goes to the object store is there for sure, and whatever fails on the way loses nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from store import blobs, erasing
from store.audit.moved import moved
from store.database import Store
from store.erasing import NOTHING
from store.objects import Objects, ObjectsDown
from store.writer import Tx
from tests.harbour import POLICY, TUESDAY, FakeClock
from tests.store.conftest import postgres, sqlite, url  # noqa: F401 - each test runs on both databases
from tests.store.test_blobs import LARGE, NAME, arrive, become, messages
from workers.mover import Mover

MONTH = timedelta(days=30)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:  # noqa: F811
    """With a large mail in it that was decided 31 days ago."""
    opened = await Store.open(url)
    await opened.enter("me")
    await opened.write(lambda tx: [arrive(tx), become(messages, "done")(tx)])
    yield opened
    await opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def mover(store: Store, folder: Path, clock: FakeClock) -> Mover:
    clock.at = TUESDAY + timedelta(days=31)
    return Mover(store, Objects(str(folder), store.unseal), clock, age=MONTH)


async def content(store: Store) -> bytes | None:
    return await store.read(lambda tx: blobs.content(tx, NAME))


async def faults(store: Store, folder: Path) -> list[str]:
    return [fault.slug async for fault in moved(store, Objects(str(folder), store.unseal))]


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*")]


def block(folder: Path) -> None:
    """A file is where the folder should be."""
    folder.touch()


def free(folder: Path) -> None:
    folder.unlink()


def hide(folder: Path) -> None:
    folder.rename(folder.with_name("away"))
    block(folder)


def show(folder: Path) -> None:
    free(folder)
    folder.with_name("away").rename(folder)


def file(folder: Path) -> Path:
    return folder / NAME[:2] / NAME[2:4] / NAME


async def test_a_large_old_mail_goes_to_the_object_store_byte_for_byte(
    mover: Mover, store: Store, folder: Path
) -> None:
    await mover.once()
    assert await content(store) is None
    kept = file(folder).read_bytes()
    assert (LARGE in kept, store.unseal(kept)) == (False, LARGE), "there as unreadable as in the database"
    assert await faults(store, folder) == []


async def test_a_mail_that_is_not_old_enough_stays(mover: Mover, store: Store, folder: Path, clock: FakeClock) -> None:
    clock.at = TUESDAY + timedelta(days=29)
    await mover.once()
    assert await content(store) == LARGE
    assert not names(folder)


async def test_an_audit_sees_what_was_lost_or_changed_in_the_object_store(
    mover: Mover, store: Store, folder: Path
) -> None:
    await mover.once()
    file(folder).write_bytes(file(folder).read_bytes()[:-1])
    assert await faults(store, folder) == ["blob-changed"]
    file(folder).unlink()
    assert await faults(store, folder) == ["blob-missing"]


async def test_a_copy_that_a_crash_left_behind_whole_or_in_part_does_no_harm(
    mover: Mover, store: Store, folder: Path
) -> None:
    file(folder).parent.mkdir(parents=True)
    file(folder).write_bytes(LARGE[:1000])
    await mover.once()
    assert (await content(store), store.unseal(file(folder).read_bytes())) == (None, LARGE)


async def test_while_the_object_store_is_down_everything_stays_and_afterwards_it_goes_on(
    mover: Mover, store: Store, folder: Path
) -> None:
    block(folder)
    with pytest.raises(ObjectsDown):
        await mover.once()
    assert (await content(store), bool(mover.trouble())) == (LARGE, True)
    await store.write(lambda tx: arrive(tx, "2", blob=b"meanwhile"))
    free(folder)
    await mover.once()
    assert (await content(store), mover.trouble()) == (None, "")


async def test_bytes_that_come_back_different_are_not_let_go(
    mover: Mover, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Objects._put
    monkeypatch.setattr(Objects, "_put", lambda self, path, given: whole(self, path, given[:-1]))
    with pytest.raises(ObjectsDown, match="changed"):
        await mover.once()
    assert (await content(store), mover.trouble()) == (LARGE, "changed")


async def test_a_disk_that_is_not_mounted_is_not_taken_for_the_object_store(
    mover: Mover, store: Store, folder: Path
) -> None:
    await mover.once()
    await store.write(lambda tx: [arrive(tx, "2", blob=LARGE + b"y"), become(messages, "done")(tx)])
    file(folder).unlink()
    with pytest.raises(ObjectsDown, match="another_store"):
        await mover.once()
    assert await store.read(lambda tx: blobs.moved(tx, after="", limit=5)) == [NAME]


async def erase(store: Store) -> None:
    def everything(tx: Tx) -> None:
        gone = replace(NOTHING, messages=tuple(tx.scalars(select(messages.c.id))))
        erasing.erase(tx, gone, policy=POLICY, now=TUESDAY)

    await store.write(everything)


async def orphans(store: Store) -> list[str]:
    return await store.read(lambda tx: blobs.orphans(tx, limit=5))


async def test_what_was_erased_is_deleted_from_the_object_store_and_only_that(
    mover: Mover, store: Store, folder: Path
) -> None:
    await mover.once()
    await erase(store)
    await store.write(lambda tx: [arrive(tx, "2", blob=LARGE + b"y"), become(messages, "done")(tx)])
    with capture_logs() as logs:
        await mover.once()
    assert [name for name in names(folder) if len(name) == 64] == [sha256(LARGE + b"y").hexdigest()]
    assert (await orphans(store), await faults(store, folder)) == ([], [])
    assert [each["event"] for each in logs] == ["blobs_moved", "blobs_deleted"]


async def test_what_was_erased_while_the_object_store_is_down_is_deleted_afterwards(
    mover: Mover, store: Store, folder: Path
) -> None:
    await mover.once()
    await erase(store)
    hide(folder)
    with pytest.raises(ObjectsDown):
        await mover.once()
    assert (await orphans(store), bool(mover.trouble())) == ([NAME], True)
    show(folder)
    await mover.once()
    assert (file(folder).exists(), await orphans(store), mover.trouble()) == (False, [], "")


async def test_a_younger_node_leaves_it_to_the_eldest(
    store: Store,
    url: str,  # noqa: F811
    folder: Path,
    mover: Mover,
    clock: FakeClock,
) -> None:
    other = await Store.open(url, exclusive=False)
    await other.enter("younger")
    with capture_logs() as logs:
        await Mover(other, Objects(str(folder), store.unseal), clock, age=MONTH).once()
        assert (logs, await content(store)) == ([], LARGE)
        await mover.once()
        assert [each["event"] for each in logs] == ["blobs_moved"]
    await other.close()
