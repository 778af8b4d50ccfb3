"""What staff confirm to be theirs, and whether they were told that it is held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

UNTOLD = sa.text("released_at IS NULL AND told_at IS NULL AND person != ''")


def upgrade() -> None:
    op.add_column("inbound", sa.Column("confirmed_by", sa.Text(), nullable=True))
    op.add_column("hold", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE hold SET told_at = held_at")
    op.create_index("ix_hold_untold", "hold", ["held_at"], sqlite_where=UNTOLD, postgresql_where=UNTOLD)
