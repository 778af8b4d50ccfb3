"""What a channel calls a message may name a person: it becomes a mark. And objects that nobody needs any more are remembered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.sealing import mark

revision = "0012"
down_revision = "0011"

PAGE = 1_000
NAMES = """
    SELECT id, source_id FROM inbound WHERE id > :last AND (reasons IS NULL OR reasons != '["erased"]') ORDER BY id LIMIT :page
"""  # those that were erased have marks already


def upgrade() -> None:
    op.create_table(
        "orphan", sa.Column("sha256", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("sha256", name="pk_orphan")
    )
    connection, last = op.get_bind(), -1
    change = sa.text("UPDATE inbound SET source_id = :name WHERE id = :which")
    while rows := connection.execute(sa.text(NAMES), {"last": last, "page": PAGE}).all():
        connection.execute(change, [{"which": row.id, "name": _marked(row.source_id)} for row in rows])
        last = rows[-1].id


def _marked(name: str) -> str:
    """A chat's messages begin with the mark of their conversation."""
    dialect = op.get_bind().dialect
    first, slash, rest = name.partition("/")
    return f"{mark(dialect, first)}{slash}{mark(dialect, rest)}"
