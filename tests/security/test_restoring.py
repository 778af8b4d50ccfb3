"""Data that is old, held or put back: what a legal hold forbids, and what comes back with a backup.

D-03 and D-04, as people do it: by the command line, and by a mailbox that is read again.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import main
from intake.case import Event, Kind
from store import cases, erasing
from store.database import Store
from tests.e2e.company import MAILBOX, letter, settings
from tests.e2e.house import StoryClock, open_house
from tests.harbour import POLICY, TUESDAY
from tests.security.test_on_the_wire import WEDNESDAY
from tests.servers import dovecot
from tests.workers.verbs.conftest import furnish
from tests.workers.verbs.mails import mail, mbox

JO = "jo@customer.example"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logs_put_back: None) -> Path:
    """Settings that keep nothing for longer than a day, and one old complaint."""
    monkeypatch.chdir(tmp_path)
    found = furnish(tmp_path)
    found.write_text(found.read_text() + '\n[retention]\nmail = "1 day"\ncomplaints = "1 day"\n')
    assert main.main(["import", str(mbox(tmp_path / "box", mail())), "--config", str(found)]) == 0
    return found


def test_d03_a_legal_hold_wins_over_retention_and_erasure_of_one_person_at_once(desk: Path) -> None:
    database = the_database(desk.parent)
    ref = asyncio.run(resolved(database))

    def verb(*words: str) -> int:
        return main.main([*words, "--config", str(desk)])

    assert verb("hold", ref, "lawsuit 12/2026") == 0
    assert verb("erase", JO, "--yes") == 1
    assert verb("retention", "--apply") == 0
    assert asyncio.run(told(database, ref)) == ["legal_hold_placed", "erasure_refused"], "and nothing was deleted"
    assert verb("hold", ref, "--release") == 0
    assert verb("erase", JO, "--yes") == 0
    assert asyncio.run(told(database, ref))[-1] == "erased"
    assert verb("audit") == 0


async def resolved(database: Path) -> str:
    """The only case, which is settled from now on."""
    store = await Store.open(f"sqlite:///{database}")
    [case] = await store.read(cases.newest)
    done = {"resolution": "replaced", "follow_up": False, "followed_up_on": "2026-01-13"}
    settled = Event(kind=Kind.CASE_RESOLVED, at=TUESDAY, actor="asha", data=done)
    await store.write(lambda tx: erasing.note(tx, [case.ref], settled, policy=POLICY))
    await store.close()
    return case.ref


async def told(database: Path, ref: str) -> list[str]:
    """What happened to a case, behind its resolution."""
    store = await Store.open(f"sqlite:///{database}")
    kinds = [event.kind.value for event in await store.read(lambda tx: cases.history(tx, ref))]
    await store.close()
    return kinds[kinds.index("case_resolved") + 1 :] if "case_resolved" in kinds else kinds


def the_database(folder: Path) -> Path:
    [found] = folder.rglob("*.db")
    return found


@contextmanager
def a_mailbox(*senders: str) -> Iterator[dovecot.Dovecot]:
    with dovecot.running() as mailboxes:
        for sender in senders:
            append(mailboxes, sender, WEDNESDAY)
        yield mailboxes


def append(mailboxes: dovecot.Dovecot, sender: str, at: datetime) -> None:
    words = letter(f"{sender} has a broken lamp.", by=sender)
    mailboxes.append("help", words, internal_date=f'"{at:%d-%b-%Y %H:%M:%S} +0000"')


async def test_d04_after_a_backup_of_the_day_before_all_mail_is_back_and_nobody_is_acknowledged_again(
    tmp_path: Path,
) -> None:
    """chatwoot#12054, and the many that wrote to everybody anew: the mailbox is the second copy of what came."""
    before, after = "before@customer.example", ["after1@customer.example", "after2@customer.example"]
    with a_mailbox(before) as mailboxes:
        chosen = settings(MAILBOX.format(port=mailboxes.port))
        async with open_house(tmp_path, chosen, StoryClock(WEDNESDAY)) as house:
            await house.quiet(messages=1)
        database = the_database(tmp_path)
        shutil.copy(database, tmp_path / "backup")
        later = WEDNESDAY + timedelta(minutes=5)
        for sender in after:
            append(mailboxes, sender, later)
        async with open_house(tmp_path, chosen, StoryClock(later)) as house:
            await house.quiet(messages=3)
            assert {to for to, _ in await house.letters("acknowledgement")} == {before, *after}
        for leftover in ("-wal", "-shm"):
            database.with_name(database.name + leftover).unlink(missing_ok=True)
        shutil.copy(tmp_path / "backup", database)
        async with open_house(tmp_path, chosen, StoryClock(later + timedelta(minutes=5))) as house:
            await house.quiet(messages=3)
            assert {case.route.address for case in await house.cases()} == {before, *after}
            assert [to for to, _ in await house.letters("acknowledgement")] == [before]
            assert await house.faults() == ()
