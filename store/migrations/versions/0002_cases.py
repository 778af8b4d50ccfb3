"""The tables for cases: their history, which can only grow, and its projections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)

APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER case_event_no_update BEFORE UPDATE ON case_event "
        "BEGIN SELECT RAISE(ABORT, 'case_event is append-only'); END",
        "CREATE TRIGGER case_event_no_delete BEFORE DELETE ON case_event "
        "BEGIN SELECT RAISE(ABORT, 'case_event is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION case_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'case_event is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE TRIGGER case_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON case_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION case_event_refuse()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "thread_id",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("outbox_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("message_id", "case_ref", name="pk_thread_id"),
    )
    op.create_table(
        "case",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.Text(), nullable=False),
        sa.Column("next_look", TIME, nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_case_contact_id_contact"),
        sa.PrimaryKeyConstraint("ref", name="pk_case"),
    )
    op.create_index("ix_case_contact_id", "case", ["contact_id"])
    op.create_index(
        "ix_case_next_look",
        "case",
        ["next_look"],
        sqlite_where=sa.text("next_look IS NOT NULL"),
        postgresql_where=sa.text("next_look IS NOT NULL"),
    )
    op.create_index(
        "ix_case_open",
        "case",
        ["handler"],
        sqlite_where=sa.text("status NOT IN ('resolved', 'merged')"),
        postgresql_where=sa.text("status NOT IN ('resolved', 'merged')"),
    )
    op.create_index("ix_case_received_at", "case", ["received_at"])
    op.create_table(
        "case_event",
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name="fk_case_event_case_ref_case"),
        sa.PrimaryKeyConstraint("case_ref", "seq", name="pk_case_event"),
    )
    op.create_table(
        "case_matter",
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name="fk_case_matter_case_ref_case"),
        sa.PrimaryKeyConstraint("case_ref", "matter", name="pk_case_matter"),
    )
    op.create_index("ix_case_matter_matter_received_at", "case_matter", ["matter", "received_at"])
    op.create_table(
        "participant",
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name="fk_participant_case_ref_case"),
        sa.PrimaryKeyConstraint("case_ref", "address", name="pk_participant"),
    )
    op.create_index("ix_participant_address_received_at", "participant", ["address", "received_at"])
    op.create_table(
        "promise",
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("nudged", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name="fk_promise_case_ref_case"),
        sa.PrimaryKeyConstraint("case_ref", "id", name="pk_promise"),
    )
    op.create_table(
        "register",
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("column_1", sa.Text(), nullable=False),
        sa.Column("column_2", sa.Text(), nullable=False),
        sa.Column("column_3", sa.Text(), nullable=False),
        sa.Column("column_4", sa.Text(), nullable=False),
        sa.Column("column_5", sa.Text(), nullable=False),
        sa.Column("column_6", sa.Text(), nullable=False),
        sa.Column("column_7", sa.Text(), nullable=False),
        sa.Column("column_8", sa.Text(), nullable=False),
        sa.Column("column_9", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["case.ref"], name="fk_register_case_ref_case"),
        sa.PrimaryKeyConstraint("case_ref", name="pk_register"),
    )
    op.create_index("ix_register_received_at", "register", ["received_at"])

    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
