"""Which version the tables have, and which ones this code knows. Cheap: nothing of Alembic is imported for it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from store.errors import SchemaError

MIGRATIONS = Path(__file__).parent / "migrations"


def known() -> list[str]:
    """Every version, oldest first: the numbers that the files of migrations begin with."""
    return sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def stored(engine: Engine) -> str | None:
    """The version of the tables; None where there are no tables yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if version is None else str(version)


def require(engine: Engine) -> None:
    """Raise SchemaError, with what to do, unless the tables are exactly those of this code."""
    version = stored(engine)
    refuse_newer(version)
    if version is None:
        raise SchemaError("the database has no tables yet: run `main.py migrate`")
    if version != known()[-1]:
        raise SchemaError(
            f"the tables are at version {version} and this code needs {known()[-1]}: run `main.py migrate`"
        )


def refuse_newer(version: str | None) -> None:
    """An older daemon must not write into tables that it does not know."""
    if version is not None and version not in known():
        raise SchemaError(
            f"the tables are at version {version}, which is newer than this code: install the newer version"
        )
