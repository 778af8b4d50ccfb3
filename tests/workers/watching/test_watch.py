"""Trouble is told once, and by itself it is over: space on disk, the database, servers on the other side."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from channels._trouble import ALARM_AFTER, Trouble
from config.settings import Space as Reserve
from intake.ports import NoSpace
from store.database import Store
from tests.harbour import FakeClock
from tests.store.examples import raw
from workers.receiver import Keeper
from workers.watching.readiness import Readiness
from workers.watching.space import Space
from workers.watching.watch import Watch

MB = 1_000_000


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A disk that is as full as the test says: 50 MB and 5,000 files free."""
    free = SimpleNamespace(f_flag=0, f_files=10_000, f_favail=5000, f_bavail=50 * MB, f_frsize=1)
    monkeypatch.setattr("workers.watching.space.os.statvfs", lambda _: free)
    return free


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({}, ""),
        ({"f_bavail": 9 * MB}, "space"),
        ({"f_favail": 99}, "files"),
        ({"f_favail": 0, "f_files": 0}, ""),  # btrfs has no limit, and says nought
        ({"f_flag": os.ST_RDONLY}, "write_access"),
    ],
)
def test_a_disk_lacks_space_or_files_or_cannot_be_written(
    disk: SimpleNamespace, tmp_path: Path, changes: dict[str, int], slug: str
) -> None:
    space = Space([tmp_path / "not" / "there" / "yet"], Reserve(bytes=10 * MB, files=100))
    vars(disk).update(changes)
    assert space.lacking() == slug


def test_messages_on_their_way_in_do_not_eat_the_reserve_together(disk: SimpleNamespace, tmp_path: Path) -> None:
    """Each is written twice, to the log and to the database: two of 15 MB do not fit into 40 MB beside a third."""
    space = Space([tmp_path], Reserve(bytes=10 * MB, files=100))
    with space.room(15 * MB):
        assert space.lacking(15 * MB) == "space"
        with space.room(4 * MB):
            pass
        with pytest.raises(NoSpace), space.room(15 * MB):
            pass
    assert space.lacking(15 * MB) == ""


async def test_nothing_is_taken_in_while_the_disk_is_full_and_everything_afterwards(
    disk: SimpleNamespace, tmp_path: Path, store: Store
) -> None:
    keeper = Keeper(store, Space([tmp_path], Reserve(bytes=10 * MB, files=100)), received=lambda: None)
    disk.f_bavail = 9 * MB
    for messages in ([], [raw("1")]):
        with pytest.raises(NoSpace):
            await keeper(messages)
    disk.f_bavail = 50 * MB
    assert await keeper([]) == []
    [receipt] = await keeper([raw("1")])
    assert receipt.new


async def test_one_trouble_is_one_alarm_and_it_is_over_when_all_was_well_for_a_while(store: Store) -> None:
    said = ["", "disk I/O error", "disk I/O error", "", "locked", *[""] * Watch.calm]
    watch = Watch({"database": lambda: said.pop(0)})
    readiness = Readiness(store, watch)
    states = []
    with capture_logs() as logs:
        while said:
            await watch.once()
            states.append((bool(await readiness.missing()), alarm("database")))
    assert [(each["event"], each.get("why")) for each in logs] == [
        ("alarm_raised", "disk I/O error"),
        ("alarm_over", None),
    ]
    assert states == [(False, 0)] + [(True, 1)] * (3 + Watch.calm) + [(False, 0)]


def alarm(what: str) -> float:
    return REGISTRY.get_sample_value("answerable_alarm", {"what": what}) or 0


async def test_a_server_of_somebody_elses_is_an_alarm_after_five_minutes(clock: FakeClock, store: Store) -> None:
    """F-04. The daemon takes messages in all the same."""
    trouble = Trouble(clock)
    watch = Watch({"mailbox": trouble})
    trouble.begin("mailbox_lost")
    clock.at += ALARM_AFTER / 2
    trouble.begin("login_refused")
    assert trouble() == ""
    clock.at += ALARM_AFTER / 2
    assert trouble() == "login_refused"
    await watch.once()
    assert watch.raised == {"mailbox"}
    assert await Readiness(store, watch).missing() == []
    trouble.end()
    assert trouble() == ""
