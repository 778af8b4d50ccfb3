"""A person is erased: nobody finds them any more, in old backups neither, and nothing brings them back.

D-01, D-04. The long form, with a thousand people, is `python -m bench.erasure`; D-03, and more of D-04, is in `test_restoring`.
chatwoot#12054: deleted conversations came back with the next look into the mailbox.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import smtplib
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench.erasure import complain, forget, hits, openers, raw, story
from bench.places import Place, place
from store import cases, erasing
from store.audit import audit
from store.database import Store
from store.errors import StoreError
from store.person import find
from tests.harbour import POLICY, TUESDAY
from tests.servers.postgres import absent
from tests.workers.running import ROOT, running
from tests.workers.test_daemon import DAEMON, verb, wait_for
from tests.workers.verbs.conftest import furnish
from tests.workers.verbs.mails import SETTINGS

KILLED = """
import asyncio, os, signal, sys
from store import erasing
from store.database import Store
from store.person import find
from tests.harbour import POLICY, TUESDAY

def erase(tx):
    erasing.erase(tx, erasing.doomed(tx, find(tx, "canary0@canary0.example")), policy=POLICY, now=TUESDAY)
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    await (await Store.open(sys.argv[1])).write(erase)

asyncio.run(main())
"""


@pytest.fixture(params=["sqlite", "postgres"])
def there(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "postgres" and (reason := absent()):
        pytest.skip(reason)
    with place(on_postgres=request.param == "postgres") as found:
        yield found


async def faults(store: Store) -> set[str]:
    return {fault.slug for fault in (await store.read(lambda tx: audit(tx, policy=POLICY))).faults}


async def test_d01_d04_the_erased_are_nowhere_and_do_not_come_back_with_a_backup_or_a_mailbox(there: Place) -> None:
    search = await story(there, 5)
    assert search.before > 50, "the search finds them as long as they are there"
    assert search.keys_before >= 500
    assert (search.found, search.keys, search.faults) == ({}, {}, [])


async def test_a_key_that_was_destroyed_while_somebody_else_was_at_work_is_in_no_file_of_the_keys(there: Place) -> None:
    """PostgreSQL keeps a deleted row for any transaction that began before; VACUUM would carry it into the new file."""
    store = await Store.open(there.url)
    await complain(store, 1)
    keys = there.keys()
    with there.at_work():
        await forget(store, 0)
    destroyed = {keys[number] or b"" for number, secret in there.keys().items() if secret is None}
    assert len(destroyed) >= 4
    found = openers(there.files(), destroyed)
    assert [name for name in found if len(name) != len("000000010000000000000001")] == [], "but for the write-ahead log"
    await store.close()


async def test_an_erasure_that_was_cut_off_by_a_crash_ends_at_the_next_start(there: Place) -> None:
    store = await Store.open(there.url)
    await complain(store, 2)
    await store.close()
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, there.url, cwd=ROOT)
    assert await child.wait() == -signal.SIGKILL
    store = await Store.open(there.url)
    assert "erasure-unfinished" in await faults(store)
    await store.write(lambda tx: erasing.finish(tx, policy=POLICY, now=TUESDAY))
    assert await faults(store) == set()
    gone, left = (f"canary{n}@canary{n}.example" for n in (0, 1))
    assert await store.read(lambda tx: (find(tx, gone).name, find(tx, left).name)) == ("", "Canary1 Bird")
    await store.close()


async def test_what_is_kept_about_others_stays_readable(there: Place) -> None:
    store = await Store.open(there.url)
    await complain(store, 2)
    await forget(store, 0)
    left = await store.read(lambda tx: find(tx, "canary1@canary1.example"))
    [case] = await store.read(lambda tx: list(cases.look_all(tx, left.refs).values()))
    assert (left.name, "Canary1" in case.words) == ("Canary1 Bird", True)
    await store.close()


async def test_a_database_is_not_opened_with_the_keys_of_another(tmp_path: Path) -> None:
    with place(on_postgres=False) as mine, place(on_postgres=False) as other:
        for each in (mine, other):
            await (await Store.open(each.url)).close()
        for keys in (f"{other.url}.keys", f"sqlite:///{tmp_path / 'new.keys'}"):
            with pytest.raises(StoreError, match="the keys are not those"):
                await Store.open(mine.url, keys=keys)


async def test_a_lost_key_that_no_erasure_explains_is_a_fault() -> None:
    with place(on_postgres=False) as mine:
        store = await Store.open(mine.url)
        await complain(store, 1)
        await store.close()
        with closing(sqlite3.connect(mine.url.removeprefix("sqlite:///") + ".keys")) as keys, keys:
            keys.execute("DELETE FROM key WHERE number != 0")
        store = await Store.open(mine.url)
        assert "key-missing" in await faults(store)
        await store.close()


def test_d04_who_is_erased_beside_the_running_daemon_is_in_no_file_of_its_folder_its_log_at_debug_included(
    tmp_path: Path,
) -> None:
    """But for letters in the outbox folder: those went out."""
    settings, people = furnish(tmp_path), range(3)
    settings.write_text(f'{DAEMON}[log]\nlevel = "debug"\n{SETTINGS}')
    with running(tmp_path, "--config", str(settings)) as daemon:
        with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=60) as wire:
            for person in people:
                mail = raw(person, 0)
                wire.sendmail(str(mail.envelope.mail_from), list(mail.envelope.rcpt_to), mail.blob)
        wait_for(lambda: daemon.log.count('"message_decided"') == len(people))
        assert "Canary0" in verb(tmp_path, "cases", "--config", settings)
        for person in people:
            verb(
                tmp_path,
                "erase",
                f"canary{person}@canary{person}.example",
                "--yes",
                "--even-open",
                "--config",
                settings,
            )
        assert daemon.stop(signal.SIGTERM) == 0
        shutil.rmtree(tmp_path / "outbox", ignore_errors=True)
        assert hits(path for path in tmp_path.rglob("*") if path.is_file()) == {}
        assert verb(tmp_path, "audit", "--config", settings).endswith("clean\n")
