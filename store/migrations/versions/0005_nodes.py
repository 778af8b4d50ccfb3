"""Nodes: whatever is taken up names the node that has it, instead of a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
SENDING = sa.text("state = 'sending'")
TAKEN = sa.text("node_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "node",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mailboxes", sa.Text(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("renewed_at", TIME, nullable=False),
        sa.Column("steady_since", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_node"),
    )
    op.create_table(
        "mailbox_lease",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("node_id", ID, nullable=True),
        sa.Column("epoch", ID, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_mailbox_lease"),
    )
    op.drop_index("ix_outbox_sending", "outbox")
    for table in ("inbound", "case", "outbox"):
        op.add_column(table, sa.Column("node_id", ID, nullable=True))
        op.drop_column(table, "lease_owner")
        op.drop_column(table, "lease_until")
    op.create_index("ix_outbox_sending", "outbox", ["id"], sqlite_where=SENDING, postgresql_where=SENDING)
    op.create_index("ix_case_taken", "case", ["node_id"], sqlite_where=TAKEN, postgresql_where=TAKEN)
    # Nobody runs while the tables change: what was at the wire is what a crash leaves there.
    op.execute(
        "UPDATE outbox SET state = CASE WHEN automatic THEN 'unknown' ELSE 'pending' END, attempts = attempts + 1, "
        "next_attempt_at = CASE WHEN automatic THEN NULL ELSE next_attempt_at END WHERE state = 'sending'"
    )
