"""The database refuses letters to whom they are not for. Whoever had a letter for staff is known as such."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

KNOWN = """
    INSERT INTO colleague SELECT DISTINCT address FROM outbox
    WHERE kind IN ('notification', 'nudge', 'follow_up_task', 'status', 'refusal', 'hold_notice')
"""
# As they were when this version was made.
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER outbox_only_staff BEFORE INSERT ON outbox WHEN NEW.kind IN ('notification', 'nudge', "
        "'follow_up_task', 'status', 'refusal', 'hold_notice') AND EXISTS (SELECT 1 FROM (SELECT NEW.address AS "
        "value UNION SELECT value FROM json_each(NEW.rcpt) WHERE NEW.channel = 'mail') r WHERE r.value NOT IN "
        "(SELECT address FROM colleague)) BEGIN SELECT RAISE(ABORT, 'outbox: only_staff'); END",
        "CREATE TRIGGER outbox_only_participants BEFORE INSERT ON outbox WHEN NEW.kind NOT IN ('notification', "
        "'nudge', 'follow_up_task', 'status', 'refusal', 'hold_notice') AND EXISTS (SELECT 1 FROM (SELECT "
        "NEW.address AS value UNION SELECT value FROM json_each(NEW.rcpt) WHERE NEW.channel = 'mail') r WHERE NOT "
        "EXISTS (SELECT 1 FROM participant p WHERE p.case_ref = NEW.case_ref AND p.address = r.value)) BEGIN "
        "SELECT RAISE(ABORT, 'outbox: only_participants'); END",
        "CREATE TRIGGER outbox_only_what_was_sent BEFORE INSERT ON outbox WHEN NEW.kind = 'reply' AND (SELECT "
        "count(*) FROM outbox o WHERE o.case_ref = NEW.case_ref AND o.kind = 'reply') >= (SELECT count(*) FROM "
        "case_event e WHERE e.case_ref = NEW.case_ref AND e.kind = 'reply_sent') BEGIN SELECT RAISE(ABORT, "
        "'outbox: only_what_was_sent'); END",
        "CREATE TRIGGER outbox_no_change BEFORE UPDATE OF case_ref, kind, cause, address, domain, channel, "
        "automatic, mail_from, rcpt, message_id, letter_id, text ON outbox BEGIN SELECT RAISE(ABORT, 'outbox: a "
        "letter does not change'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION outbox_audience() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.kind IN "
        "('notification', 'nudge', 'follow_up_task', 'status', 'refusal', 'hold_notice') AND EXISTS (SELECT 1 FROM"
        " (SELECT NEW.address AS value UNION SELECT value FROM json_array_elements_text(CASE WHEN NEW.channel = "
        "'mail' THEN NEW.rcpt::json ELSE '[]'::json END)) r WHERE r.value NOT IN (SELECT address FROM colleague)) "
        "THEN RAISE EXCEPTION 'outbox: only_staff' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF "
        "NEW.kind NOT IN ('notification', 'nudge', 'follow_up_task', 'status', 'refusal', 'hold_notice') AND "
        "EXISTS (SELECT 1 FROM (SELECT NEW.address AS value UNION SELECT value FROM json_array_elements_text(CASE "
        "WHEN NEW.channel = 'mail' THEN NEW.rcpt::json ELSE '[]'::json END)) r WHERE NOT EXISTS (SELECT 1 FROM "
        "participant p WHERE p.case_ref = NEW.case_ref AND p.address = r.value)) THEN RAISE EXCEPTION 'outbox: "
        "only_participants' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF NEW.kind = 'reply' AND "
        "(SELECT count(*) FROM outbox o WHERE o.case_ref = NEW.case_ref AND o.kind = 'reply') >= (SELECT count(*) "
        "FROM case_event e WHERE e.case_ref = NEW.case_ref AND e.kind = 'reply_sent') THEN RAISE EXCEPTION "
        "'outbox: only_what_was_sent' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER outbox_audience BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION outbox_audience()",
        "CREATE FUNCTION outbox_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'outbox: a "
        "letter does not change' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE TRIGGER outbox_no_change BEFORE UPDATE OF case_ref, kind, cause, address, domain, channel, "
        "automatic, mail_from, rcpt, message_id, letter_id, text ON outbox FOR EACH STATEMENT EXECUTE FUNCTION "
        "outbox_refuse()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "colleague",
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_colleague"),
    )
    op.execute(KNOWN)
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
