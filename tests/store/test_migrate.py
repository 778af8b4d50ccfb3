"""The tables come to be by migrations, and are those that the code names."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, func, select, text

from store import SchemaError, conversations, lookups, versions
from store import inbound as arrivals
from store.database import Store
from store.engine import parse
from store.migrate import current, migrate
from store.person import find
from store.schema import METADATA, inbound, outbox
from tests.store.databases import Sqlite, absent, empty
from tests.store.examples import raw

LETTERS = ((True, "sending"), (False, "sending"), (True, "pending"), (True, "sent"))
MESSAGE = """
INSERT INTO inbound (id, channel, account, source_id, envelope, blob_id, media_type, received_at, quiet, state, attempts, claims,
    lease_owner, lease_until)
VALUES (1, 'smtp', 'smtp', '1', '{}', 'x', 'message/rfc822', '2026-01-13 10:00:00', false, 'new', 0, 1,
    'dead', '2026-01-13 10:02:00')
"""
LETTER = """
INSERT INTO outbox (id, case_ref, kind, cause, address, domain, channel, automatic, mail_from, rcpt, message_id, letter_id,
    blob_id, text, state, attempts, next_attempt_at, lease_owner, lease_until, results, created_at)
VALUES (:number, 'HH', 'reply', :cause, 'a@b', 'b', 'mail', :automatic, '', '[]', '', '', 'x', '', :state, 0,
    '2026-01-13 10:00:00', 'dead', '2026-01-13 10:02:00', '{}', '2026-01-13 10:00:00')
"""
NAMED = """
INSERT INTO inbound (id, channel, account, source_id, envelope, blob_id, media_type, received_at, quiet, state, attempts, claims)
VALUES (:number, :channel, 'help', :name, '{}', 'x', 'message/rfc822', '2026-01-13 10:00:00', false, 'new', 0, 1)
"""
BEFORE_SEALING = (
    "INSERT INTO contact (id, name, created_at) VALUES (1, 'Jo Brown', '2026-01-13 10:00:00.000000')",
    "INSERT INTO contact_point (kind, value, contact_id) VALUES ('mail', 'jo@customer.example', 1)",
    "INSERT INTO thread_id (message_id, case_ref) VALUES ('first@customer.example', 'HH')",
)


def test_migrating_twice_does_nothing_the_second_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    assert (current(url), migrate(url), current(url), migrate(url)) == (None, True, versions.known()[-1], False)


def test_the_migrations_make_the_tables_that_the_code_names(url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = create_engine(parse(url))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_a_database_in_memory_has_the_same_indexes_of_some_rows_only_as_a_migrated_one(sqlite: Sqlite) -> None:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    indexes = text(
        "SELECT name, substr(sql, instr(sql, 'WHERE')) FROM sqlite_master WHERE sql LIKE '%INDEX% WHERE %' ORDER BY 1"
    )
    with sqlite.fresh() as url, create_engine(url).connect() as migrated, engine.connect() as made:
        assert migrated.execute(indexes).all() == made.execute(indexes).all() != []


def test_a_database_in_memory_has_the_same_triggers_as_a_migrated_one(sqlite: Sqlite) -> None:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    triggers = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    with sqlite.fresh() as url, create_engine(url).connect() as migrated, engine.connect() as made:
        assert migrated.scalars(triggers).all() == made.scalars(triggers).all() != []


def test_bytes_that_were_kept_before_there_was_an_object_store_are_the_same_and_have_an_age(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    with monkeypatch.context() as at_that_time:
        at_that_time.setattr("alembic.command.upgrade", lambda config, _, to=command.upgrade: to(config, "0006"))
        migrate(url)
    row = {"a": "a" * 64, "content": bytes(range(256)), "at": "2026-01-13 10:00:00.000000"}
    names = (
        "id, channel, account, source_id, envelope, blob_id, media_type, received_at, quiet, state, attempts, claims"
    )
    engine = create_engine(parse(url))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO blob (sha256, size, content) VALUES (:a, 256, :content)"), row)
        values = "1, 'smtp', 'help', '1', '{}', :a, 'message/rfc822', :at, 0, 'done', 0, 0"
        connection.execute(text(f"INSERT INTO inbound ({names}) VALUES ({values})"), row)
    migrate(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT content, kept_at FROM blob")).one() == (row["content"], row["at"])
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    engine.dispose()


@pytest.mark.parametrize(("version", "advice"), [("0001", "run"), ("9999", "newer")])
async def test_tables_of_another_version_are_refused_with_advice(url: str, version: str, advice: str) -> None:
    engine = create_engine(parse(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    try:
        with pytest.raises(SchemaError, match=advice):
            await Store.open(url)
        if version == "9999":
            with pytest.raises(SchemaError):
                migrate(url)
    finally:
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE alembic_version SET version_num = :version"), {"version": versions.known()[-1]}
            )
        engine.dispose()


def test_alembic_is_not_imported_before_it_is_needed(sqlite: Sqlite) -> None:
    """It takes a second, and a daemon starts often enough."""
    with sqlite.fresh() as url:
        code = f"""
import asyncio, sys
from store.database import Store
from store.migrate import migrate
migrate({url!r})
async def main(): await (await Store.open({url!r})).close()
asyncio.run(main())
sys.exit('alembic' in sys.modules)
"""
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture(params=["sqlite", "postgres"])
def before_nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the tables of version 0004."""
    with ExitStack() as stack:
        if request.param == "postgres":
            if reason := absent():
                pytest.skip(reason)
            url = stack.enter_context(empty(f"answerable_old_{os.getpid()}"))
        else:
            url = f"sqlite:///{tmp_path / 'old.sqlite'}"
        upgrade(url, "0004")
        yield url


def test_what_was_taken_up_before_there_were_nodes_is_free_and_nothing_stays_at_the_wire(before_nodes: str) -> None:
    engine = create_engine(parse(before_nodes))
    with engine.begin() as tx:
        tx.execute(text("INSERT INTO blob (sha256, size, content) VALUES ('x', 1, 'x')"))
        tx.execute(text(MESSAGE))
        for number, (automatic, state) in enumerate(LETTERS):
            tx.execute(text(LETTER), {"number": number, "cause": str(number), "automatic": automatic, "state": state})
    assert migrate(before_nodes)
    with engine.begin() as tx:
        taken = [tx.scalar(select(func.count(table.c.node_id))) for table in (inbound, outbox)]
        states = list(tx.scalars(select(outbox.c.state).order_by(outbox.c.id)))
    engine.dispose()
    assert taken == [0, 0]
    assert states == ["unknown", "pending", "pending", "sent"]


def upgrade(url: str, version: str) -> None:
    """As it was before there was more."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(versions.MIGRATIONS))
    engine = create_engine(parse(url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()


async def test_a_message_that_was_kept_before_its_name_was_a_mark_is_known_by_it_still(tmp_path: Path) -> None:
    """A mail of a mailbox, and a line of a chat."""
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    upgrade(url, "0010")
    names = {"smtp": "<jo.brown@customer.example>", "chat": "c0jo/1"}
    engine = create_engine(parse(url))
    with engine.begin() as tx:
        tx.execute(text("INSERT INTO blob (sha256, size, content) VALUES ('x', 1, x'00')"))
        for number, (channel, name) in enumerate(names.items()):
            tx.execute(text(NAMED), {"number": number, "channel": channel, "name": name})
    engine.dispose()
    migrate(url)
    store = await Store.open(url)
    came = [replace(raw(name), channel=channel) for channel, name in names.items()]
    again = await store.write(lambda tx: arrivals.receive_all(tx, came))
    lines = await store.read(lambda tx: conversations.since(tx, "help", "c0jo", 0))
    shown = await store.read(lambda tx: tx.scalars(select(inbound.c.source_id)).all())
    await store.close()
    assert [(each.inbound_id, each.new) for each in again] == [(0, False), (1, False)]
    assert (len(lines), [name for name in shown if "jo" in name]) == (1, [])


async def test_what_cases_were_found_by_before_it_was_sealed_finds_them_still(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    upgrade(url, "0009")
    engine = create_engine(parse(url))
    with engine.begin() as tx:
        for statement in BEFORE_SEALING:
            tx.execute(text(statement))
    engine.dispose()
    migrate(url)
    store = await Store.open(url)
    known = await store.read(lambda tx: find(tx, "jo@customer.example"))
    threads = await store.read(lambda tx: lookups.threads(tx, ["first@customer.example"]))
    await store.close()
    assert (known.contact_id, known.name, known.points) == (1, "Jo Brown", (("mail", "jo@customer.example"),))
    assert [row.case_ref for row in threads["first@customer.example"]] == ["HH"]
