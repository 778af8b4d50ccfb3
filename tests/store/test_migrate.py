"""The tables come to be by migrations, and are those that the code names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from store import SchemaError, versions
from store.database import Store
from store.engine import parse
from store.migrate import current, migrate
from store.schema import METADATA
from tests.store.databases import Sqlite


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


def test_a_database_in_memory_has_the_same_triggers_as_a_migrated_one(sqlite: Sqlite) -> None:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    triggers = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    with sqlite.fresh() as url, create_engine(url).connect() as migrated, engine.connect() as made:
        assert migrated.scalars(triggers).all() == made.scalars(triggers).all() != []


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
