"""Large contents lie in pieces, written one by one before the row that makes a message of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("blob", sa.Column("pieces", ID, nullable=True))
    op.create_table(
        "piece",
        sa.Column("key", ID, nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", "number", name="pk_piece"),
    )
    op.create_table(
        "arriving",
        sa.Column("key", ID, nullable=False, autoincrement=False),
        sa.Column("node_id", ID, nullable=False),
        sa.Column("given_up", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_arriving"),
    )
