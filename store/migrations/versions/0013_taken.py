"""What a node has of the letters is found without looking through all that wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

TAKEN = sa.text("node_id IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_outbox_taken", "outbox", ["node_id"], sqlite_where=TAKEN, postgresql_where=TAKEN)
