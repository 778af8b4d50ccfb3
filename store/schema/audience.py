"""Who may get a letter. The database itself refuses one to anybody else, whatever a program meant.

A letter to staff goes to addresses that the settings name as staff's. Any other goes to who takes part in its case; and a reply
only where history says that words were sent, so that neither a note nor another customer's case gives a right to one.
Addresses are compared as marks.
"""

from __future__ import annotations

from sqlalchemy import DDL, Column, Table, event

from store.columns import METADATA
from store.schema.cases import case_event, participant
from store.schema.outbox import outbox
from store.sealing import Marked

colleague = Table("colleague", METADATA, Column("address", Marked, primary_key=True))

FOR_STAFF = ("notification", "nudge", "follow_up_task", "status", "refusal", "hold_notice")
MEANT = (
    "case_ref, kind, cause, address, domain, channel, automatic, mail_from, rcpt, audience, message_id, letter_id, text"
)

REFUSALS = {  # what is wrong, and when
    "only_staff": "NEW.kind IN ({staff}) AND EXISTS (SELECT 1 FROM ({everybody}) r WHERE {not_staff})",
    "only_participants": "NEW.kind NOT IN ({staff}) AND EXISTS (SELECT 1 FROM ({everybody}) r WHERE {stranger})",
    "only_what_was_sent": "NEW.kind = 'reply' AND ({published}) >= ({sent})",
}
_PARTS = {
    "staff": ", ".join(f"'{kind}'" for kind in FOR_STAFF),
    "not_staff": "r.value NOT IN (SELECT address FROM colleague)",
    "stranger": "NOT EXISTS (SELECT 1 FROM participant p WHERE p.case_ref = NEW.case_ref AND p.address = r.value)",
    "published": "SELECT count(*) FROM outbox o WHERE o.case_ref = NEW.case_ref AND o.kind = 'reply'",
    "sent": "SELECT count(*) FROM case_event e WHERE e.case_ref = NEW.case_ref AND e.kind = 'reply_sent'",
}
_EVERYBODY = {  # the address and, of a mail, the envelope
    "sqlite": "SELECT NEW.address AS value UNION SELECT value FROM json_each(NEW.audience) WHERE NEW.channel = 'mail'",
    "postgresql": "SELECT NEW.address AS value UNION SELECT value FROM json_array_elements_text("
    "CASE WHEN NEW.channel = 'mail' THEN NEW.audience::json ELSE '[]'::json END)",
}


def statements(dialect: str) -> list[str]:
    """What makes the triggers in a database."""
    refusals = {name: when.format(everybody=_EVERYBODY[dialect], **_PARTS) for name, when in REFUSALS.items()}
    return _sqlite(refusals) if dialect == "sqlite" else _postgresql(refusals)


def _sqlite(refusals: dict[str, str]) -> list[str]:
    checks = [
        f"CREATE TRIGGER outbox_{name} BEFORE INSERT ON outbox WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, 'outbox: {name}'); END"
        for name, when in refusals.items()
    ]
    fixed = f"CREATE TRIGGER outbox_no_change BEFORE UPDATE OF {MEANT} ON outbox "
    return [*checks, fixed + "BEGIN SELECT RAISE(ABORT, 'outbox: a letter does not change'); END"]


def _postgresql(refusals: dict[str, str]) -> list[str]:
    checks = " ".join(f"IF {when} THEN {_raise(f'outbox: {name}')} END IF;" for name, when in refusals.items())
    return [
        f"CREATE FUNCTION outbox_audience() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {checks} RETURN NEW; END $$",
        "CREATE TRIGGER outbox_audience BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION outbox_audience()",
        "CREATE FUNCTION outbox_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {_raise('outbox: a letter does not change')} END $$",
        f"CREATE TRIGGER outbox_no_change BEFORE UPDATE OF {MEANT} ON outbox "
        "FOR EACH STATEMENT EXECUTE FUNCTION outbox_refuse()",
    ]


def _raise(words: str) -> str:
    return f"RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation';"


for needed in (participant, case_event, colleague):
    outbox.add_is_dependent_on(needed)
for dialect in _EVERYBODY:
    for statement in statements(dialect):
        ddl = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(outbox, "after_create", ddl.execute_if(dialect=dialect))
