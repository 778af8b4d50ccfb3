"""The table for what goes out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("mail_from", sa.Text(), nullable=False),
        sa.Column("rcpt", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("blob_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", TIME, nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("results", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.sha256"], name="fk_outbox_blob_id_blob"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("case_ref", "kind", "cause", "address", name="uq_outbox_case_ref_kind_cause_address"),
    )
    op.create_index(
        "ix_outbox_acks",
        "outbox",
        ["created_at"],
        sqlite_where=sa.text("kind IN ('acknowledgement', 'repeat_acknowledgement')"),
        postgresql_where=sa.text("kind IN ('acknowledgement', 'repeat_acknowledgement')"),
    )
    op.create_index(
        "ix_outbox_acks_domain",
        "outbox",
        ["domain", "created_at"],
        sqlite_where=sa.text("kind IN ('acknowledgement', 'repeat_acknowledgement')"),
        postgresql_where=sa.text("kind IN ('acknowledgement', 'repeat_acknowledgement')"),
    )
    op.create_index("ix_outbox_address_created_at", "outbox", ["address", "created_at"])
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["automatic", "next_attempt_at"],
        sqlite_where=sa.text("state IN ('pending', 'deferred')"),
        postgresql_where=sa.text("state IN ('pending', 'deferred')"),
    )
    op.create_index("ix_outbox_letter_id", "outbox", ["letter_id"])
    op.create_index(
        "ix_outbox_sending",
        "outbox",
        ["lease_until"],
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
