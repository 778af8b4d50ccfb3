"""Bytes may lie in an object store; and what tells which of them may go there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

LARGE = sa.text("content IS NOT NULL AND size >= 16384")
MOVED = sa.text("content IS NULL")
INBOUND = sa.text("(state != 'done' OR channel = 'chat')")
OUTBOX = sa.text("(state NOT IN ('sent', 'rejected', 'cancelled') OR channel != 'mail')")

# SQLite cannot let a column be NULL that was not: its values move into one that may be.
NULLABLE = {
    "sqlite": (
        "ALTER TABLE blob ADD COLUMN moved BLOB",
        "UPDATE blob SET moved = content",
        "ALTER TABLE blob DROP COLUMN content",
        "ALTER TABLE blob RENAME COLUMN moved TO content",
    ),
    "postgresql": ("ALTER TABLE blob ALTER COLUMN content DROP NOT NULL",),
}
LATEST = """
    UPDATE blob SET kept_at = used.at FROM (
        SELECT blob_id, max(at) AS at FROM (
            SELECT blob_id, received_at AS at FROM inbound UNION ALL SELECT blob_id, created_at FROM outbox
        ) AS uses GROUP BY blob_id
    ) AS used WHERE used.blob_id = sha256
"""


def upgrade() -> None:
    op.add_column("blob", sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True))
    for statement in (*NULLABLE[op.get_bind().dialect.name], LATEST):
        op.execute(statement)
    op.create_index("ix_blob_large", "blob", ["kept_at"], sqlite_where=LARGE, postgresql_where=LARGE)
    op.create_index("ix_blob_moved", "blob", ["sha256"], sqlite_where=MOVED, postgresql_where=MOVED)
    op.create_index("ix_inbound_needed", "inbound", ["blob_id"], sqlite_where=INBOUND, postgresql_where=INBOUND)
    op.create_index("ix_outbox_needed", "outbox", ["blob_id"], sqlite_where=OUTBOX, postgresql_where=OUTBOX)
