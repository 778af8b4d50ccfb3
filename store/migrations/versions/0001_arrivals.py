"""The tables for what comes in, and for whom it comes from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_blob"),
    )
    op.create_table(
        "contact",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )
    op.create_table(
        "mailbox",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("uidvalidity", ID, nullable=False),
        sa.Column("uid", ID, nullable=False),
        sa.Column("advanced_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_mailbox"),
    )
    op.create_table(
        "contact_point",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_contact_point_contact_id_contact"),
        sa.PrimaryKeyConstraint("kind", "value", name="pk_contact_point"),
    )
    op.create_index("ix_contact_point_contact_id", "contact_point", ["contact_id"])
    op.create_table(
        "inbound",
        sa.Column("id", ID, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("blob_id", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("not_before", TIME, nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("hits", sa.Text(), nullable=True),
        sa.Column("misses", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("party", sa.Text(), nullable=True),
        sa.Column("case_ref", sa.Text(), nullable=True),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.sha256"], name="fk_inbound_blob_id_blob"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_inbound_contact_id_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_inbound"),
        sa.UniqueConstraint("channel", "account", "source_id", name="uq_inbound_channel_account_source_id"),
    )
    op.create_index("ix_inbound_case_ref", "inbound", ["case_ref"])
    op.create_index("ix_inbound_fingerprint", "inbound", ["fingerprint"])
    op.create_index(
        "ix_inbound_new",
        "inbound",
        ["quiet", "id"],
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index(
        "ix_inbound_parked",
        "inbound",
        ["id"],
        sqlite_where=sa.text("state = 'parked'"),
        postgresql_where=sa.text("state = 'parked'"),
    )
    op.create_table(
        "hold",
        sa.Column("inbound_id", ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("held_at", TIME, nullable=False),
        sa.Column("released_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.id"], name="fk_hold_inbound_id_inbound"),
        sa.PrimaryKeyConstraint("inbound_id", name="pk_hold"),
    )
    op.create_index("ix_hold_case_ref", "hold", ["case_ref"])
    op.create_index(
        "ix_hold_open",
        "hold",
        ["held_at"],
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
