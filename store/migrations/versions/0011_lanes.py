"""What staff write is decided before what customers write meanwhile."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

NEW = sa.text("state = 'new'")


def upgrade() -> None:
    op.add_column("inbound", sa.Column("lane", sa.Integer(), nullable=False, server_default="1"))
    op.execute(sa.text("UPDATE inbound SET lane = 2 WHERE quiet AND state = 'new'"))
    op.drop_index("ix_inbound_new", "inbound")
    op.create_index("ix_inbound_new", "inbound", ["lane", "id"], sqlite_where=NEW, postgresql_where=NEW)
