"""What is personal is sealed from now on; what is looked up by becomes marks, also what is there already."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from store.sealing import mark

revision = "0010"
down_revision = "0009"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOOKED_UP_BY = (
    ("contact_point", "value"),
    ("case_matter", "matter"),
    ("participant", "address"),
    ("thread_id", "message_id"),
    ("colleague", "address"),
    ("outbox", "address"),
    ("outbox", "domain"),
)
DROPPED = {
    "sqlite": (
        "DROP TRIGGER outbox_only_staff",
        "DROP TRIGGER outbox_only_participants",
        "DROP TRIGGER outbox_only_what_was_sent",
        "DROP TRIGGER outbox_no_change",
    ),
    "postgresql": (
        "DROP TRIGGER outbox_audience ON outbox",
        "DROP TRIGGER outbox_no_change ON outbox",
        "DROP FUNCTION outbox_audience",
        "DROP FUNCTION outbox_refuse",
    ),
}
# As they were when this version was made.
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER outbox_only_staff BEFORE INSERT ON outbox WHEN NEW.kind IN ('notification', 'nudge', "
        "'follow_up_task', 'status', 'refusal', 'hold_notice') AND EXISTS (SELECT 1 FROM (SELECT NEW.address "
        "AS value UNION SELECT value FROM json_each(NEW.audience) WHERE NEW.channel = 'mail') r WHERE r.value"
        " NOT IN (SELECT address FROM colleague)) BEGIN SELECT RAISE(ABORT, 'outbox: only_staff'); END",
        "CREATE TRIGGER outbox_only_participants BEFORE INSERT ON outbox WHEN NEW.kind NOT IN "
        "('notification', 'nudge', 'follow_up_task', 'status', 'refusal', 'hold_notice') AND EXISTS (SELECT 1"
        " FROM (SELECT NEW.address AS value UNION SELECT value FROM json_each(NEW.audience) WHERE NEW.channel"
        " = 'mail') r WHERE NOT EXISTS (SELECT 1 FROM participant p WHERE p.case_ref = NEW.case_ref AND "
        "p.address = r.value)) BEGIN SELECT RAISE(ABORT, 'outbox: only_participants'); END",
        "CREATE TRIGGER outbox_only_what_was_sent BEFORE INSERT ON outbox WHEN NEW.kind = 'reply' AND (SELECT"
        " count(*) FROM outbox o WHERE o.case_ref = NEW.case_ref AND o.kind = 'reply') >= (SELECT count(*) "
        "FROM case_event e WHERE e.case_ref = NEW.case_ref AND e.kind = 'reply_sent') BEGIN SELECT "
        "RAISE(ABORT, 'outbox: only_what_was_sent'); END",
        "CREATE TRIGGER outbox_no_change BEFORE UPDATE OF case_ref, kind, cause, address, domain, channel, "
        "automatic, mail_from, rcpt, audience, message_id, letter_id, text ON outbox BEGIN SELECT "
        "RAISE(ABORT, 'outbox: a letter does not change'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION outbox_audience() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.kind IN "
        "('notification', 'nudge', 'follow_up_task', 'status', 'refusal', 'hold_notice') AND EXISTS (SELECT 1"
        " FROM (SELECT NEW.address AS value UNION SELECT value FROM json_array_elements_text(CASE WHEN "
        "NEW.channel = 'mail' THEN NEW.audience::json ELSE '[]'::json END)) r WHERE r.value NOT IN (SELECT "
        "address FROM colleague)) THEN RAISE EXCEPTION 'outbox: only_staff' USING ERRCODE = "
        "'integrity_constraint_violation'; END IF; IF NEW.kind NOT IN ('notification', 'nudge', "
        "'follow_up_task', 'status', 'refusal', 'hold_notice') AND EXISTS (SELECT 1 FROM (SELECT NEW.address "
        "AS value UNION SELECT value FROM json_array_elements_text(CASE WHEN NEW.channel = 'mail' THEN "
        "NEW.audience::json ELSE '[]'::json END)) r WHERE NOT EXISTS (SELECT 1 FROM participant p WHERE "
        "p.case_ref = NEW.case_ref AND p.address = r.value)) THEN RAISE EXCEPTION 'outbox: only_participants'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF; IF NEW.kind = 'reply' AND (SELECT "
        "count(*) FROM outbox o WHERE o.case_ref = NEW.case_ref AND o.kind = 'reply') >= (SELECT count(*) "
        "FROM case_event e WHERE e.case_ref = NEW.case_ref AND e.kind = 'reply_sent') THEN RAISE EXCEPTION "
        "'outbox: only_what_was_sent' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; "
        "END $$",
        "CREATE TRIGGER outbox_audience BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION outbox_audience()",
        "CREATE FUNCTION outbox_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'outbox: a letter does not change' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE TRIGGER outbox_no_change BEFORE UPDATE OF case_ref, kind, cause, address, domain, channel, "
        "automatic, mail_from, rcpt, audience, message_id, letter_id, text ON outbox FOR EACH STATEMENT "
        "EXECUTE FUNCTION outbox_refuse()",
    ),
}


def upgrade() -> None:
    dialect = op.get_bind().dialect
    for statement in DROPPED[dialect.name]:
        op.execute(statement)
    for table in ("contact", "case", "inbound", "outbox"):
        op.add_column(table, sa.Column("key", ID, nullable=True))
    for table in ("contact", "case", "inbound", "outbox"):
        op.create_index(f"ix_{table}_key", table, ["key"])
    op.add_column("inbound", sa.Column("sender", sa.Text(), nullable=True))
    op.create_index("ix_inbound_sender", "inbound", ["sender"])
    op.add_column("contact_point", sa.Column("words", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE contact_point SET words = value")
    op.add_column("outbox", sa.Column("audience", sa.Text(), nullable=False, server_default="[]"))
    op.create_table(
        "sealed_by", sa.Column("mark", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("mark", name="pk_sealed_by")
    )
    _mark()
    for statement in TRIGGERS[dialect.name]:
        op.execute(statement)


def _mark() -> None:
    """Every address, Message-ID and order number that cases are found by, and whom letters were for."""
    connection = op.get_bind()
    for table, column in LOOKED_UP_BY:
        rows, each = sa.table(table, sa.column(column)), sa.column(column, sa.Text())
        for words in connection.scalars(sa.select(each).select_from(rows).where(each != "").distinct()).all():
            stands = str(mark(connection.dialect, words))
            connection.execute(sa.update(rows).where(each == words).values({column: stands}))
    for rcpt in connection.scalars(sa.text("SELECT DISTINCT rcpt FROM outbox")).all():
        marks = json.dumps([mark(connection.dialect, address) for address in json.loads(rcpt)])
        connection.execute(
            sa.text("UPDATE outbox SET audience = :marks WHERE rcpt = :rcpt"), {"marks": marks, "rcpt": rcpt}
        )
