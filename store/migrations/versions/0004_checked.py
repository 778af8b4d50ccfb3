"""What was found out about who wrote a mail, and which mails still wait for that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("inbound", sa.Column("unchecked", sa.Boolean(), nullable=True))
    op.add_column("inbound", sa.Column("checked", sa.Text(), nullable=True))
    op.create_index(
        "ix_inbound_unchecked",
        "inbound",
        ["id"],
        sqlite_where=sa.text("unchecked"),
        postgresql_where=sa.text("unchecked"),
    )
