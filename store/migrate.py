"""Brings the tables to the version of this code. Alembic takes a second to import, so that is left until it is needed."""

from __future__ import annotations

from store import engine as make
from store import versions
from store.errors import StoreDown
from store.writer import TROUBLE


def current(url: str) -> str | None:
    """The version of the tables; None where there are none yet."""
    engines = make.engines(make.parse(url), threads=1)
    try:
        return versions.stored(engines.write)
    except TROUBLE as fault:
        raise StoreDown(type(fault).__name__) from None
    finally:
        engines.dispose()


def migrate(url: str, keys: str = "") -> bool:
    """Make or change the tables, each step in a transaction. False where there was nothing to do.

    What was looked up by in the clear becomes marks: for that it needs the keys.

    Raises SchemaError for a database that is newer than this code.
    """
    version = current(url)
    versions.refuse_newer(version)
    if version == versions.known()[-1]:
        return False
    _upgrade(url, keys)
    return True


def _upgrade(url: str, keys: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(versions.MIGRATIONS).replace("%", "%%"))
    engines = make.engines(make.parse(url), threads=1, keys=keys)
    try:
        with engines.write.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engines.dispose()
