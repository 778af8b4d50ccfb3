"""History cannot be rewritten: the database itself refuses."""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

STATEMENTS = {
    "sqlite": (
        "CREATE TRIGGER {0}_no_update BEFORE UPDATE ON {0} BEGIN SELECT RAISE(ABORT, '{0} is append-only'); END",
        "CREATE TRIGGER {0}_no_delete BEFORE DELETE ON {0} BEGIN SELECT RAISE(ABORT, '{0} is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION {0}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '{0} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE TRIGGER {0}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {0} "
        "FOR EACH STATEMENT EXECUTE FUNCTION {0}_refuse()",
    ),
}


def append_only(table: Table) -> None:
    """Let the triggers be made with the table."""
    for dialect, statements in STATEMENTS.items():
        for statement in statements:
            ddl = DDL(statement.format(table.name))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
