"""The audit finds what was damaged, and says nothing about what is whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from intake.case import Kind
from intake.deciding.decision import CaseChange, Due, Hold, Verdict
from store.audit import Audit, audit
from store.database import Store
from tests.harbour import POLICY, TUESDAY
from tests.store.examples import REF, decision, do, event, letter, opened, promised, submission, take_in

OTHER = "HH-0000-0001Q"
SOON = TUESDAY + timedelta(hours=2)


async def look(store: Store) -> Audit:
    return await store.read(lambda tx: audit(tx, policy=POLICY))


async def found(store: Store) -> set[tuple[str, str]]:
    return {(fault.slug, fault.where) for fault in (await look(store)).faults}


@pytest.fixture
async def filled(store: Store) -> Store:
    """Two cases, one of them with a longer history, and a held message without any."""
    events = opened(), promised(SOON), event(Kind.ACKNOWLEDGED), event(Kind.NOTE_ADDED, actor="asha", text="called")
    await store.write(lambda tx: take_in(tx, decision(*events), (letter(), submission())))
    await store.write(lambda tx: take_in(tx, decision(opened(OTHER), ref=OTHER), source_id="2"))
    held = decision(verdict=Verdict.HOLD, case_ref=None, hold=Hold(reason="staff-not-proven"))
    await store.write(lambda tx: take_in(tx, held, source_id="3"))
    return store


@pytest.fixture
def damage(url: str) -> Callable[..., None]:
    """Does to the database what no code of ours can do: without triggers, without keys."""

    def in_sqlite(statement: str) -> None:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        connection.close()

    def in_postgres(statement: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement)

    return in_sqlite if url.startswith("sqlite") else in_postgres


async def test_a_whole_store_has_no_faults(filled: Store) -> None:
    result = await look(filled)
    assert result.faults == ()
    assert {name: result.rows[name] for name in ("inbound", "case", "case_event", "register", "outbox", "hold")} == {
        "inbound": 3,
        "case": 2,
        "case_event": 5,
        "register": 2,
        "outbox": 1,
        "hold": 1,
    }


async def test_a_merged_case_without_a_register_row_is_no_fault(filled: Store) -> None:
    merged = Due(changes=(CaseChange(ref=REF, events=(event(Kind.CASE_MERGED, actor="asha", into=OTHER),)),))
    await filled.write(lambda tx: do(tx, merged))
    assert await found(filled) == set()


@pytest.mark.parametrize("verb", ["UPDATE case_event SET actor = 'nobody'", "DELETE FROM case_event"])
async def test_history_cannot_be_rewritten(filled: Store, verb: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        await filled.write(lambda tx: tx.exec_driver_sql(verb))


EVENT = f"case_ref = '{REF}' AND seq"
DAMAGE = {
    "a flipped byte in an event": (
        f"UPDATE case_event SET data = substr(data, 1, 20) || 'AAAA' || substr(data, 25) WHERE {EVENT} = 4",
        {("chain-broken", f"case:{REF}"), ("history-unreadable", f"case:{REF}")},
    ),
    "an event by somebody else": (
        f"UPDATE case_event SET actor = 'ben' WHERE {EVENT} = 4",
        {("chain-broken", f"case:{REF}")},
    ),
    "an event that is not JSON any more": (
        f"UPDATE case_event SET data = '[' WHERE {EVENT} = 4",
        {("chain-broken", f"case:{REF}"), ("history-unreadable", f"case:{REF}")},
    ),
    "a deleted event": (
        f"DELETE FROM case_event WHERE {EVENT} = 3",
        {("chain-broken", f"case:{REF}"), ("case-differs", f"case:{REF}")},
    ),
    "a deleted latest event": (
        f"DELETE FROM case_event WHERE {EVENT} = 4",
        {("chain-cut", f"case:{REF}"), ("case-differs", f"case:{REF}")},
    ),
    "two events that changed places": (
        f"UPDATE case_event SET seq = 37 - seq WHERE {EVENT} IN (3, 4)",
        {("chain-broken", f"case:{REF}")},
    ),
    "a deleted history": (
        f"DELETE FROM case_event WHERE case_ref = '{REF}'",
        {("history-missing", f"case:{REF}")},
    ),
    "a case that says something else than its history": (
        f"""UPDATE "case" SET state = substr(state, 1, 20) || 'AAAA' || substr(state, 25) WHERE ref = '{REF}'""",
        {("case-differs", f"case:{REF}")},
    ),
    "a case with another status for those who list cases": (
        f"""UPDATE "case" SET status = 'resolved' WHERE ref = '{REF}'""",
        {("case-differs", f"case:{REF}")},
    ),
    "a deleted case": (
        f"""DELETE FROM "case" WHERE ref = '{OTHER}'""",
        {("case-missing", f"case:{OTHER}"), ("case-missing", "inbound")},
    ),
    "a changed cell of the register": (
        f"UPDATE register SET column_5 = 'Y' WHERE case_ref = '{REF}'",
        {("register-differs", f"case:{REF}")},
    ),
    "a complaint that is not on the register": (
        f"DELETE FROM register WHERE case_ref = '{REF}'",
        {("register-row-missing", f"case:{REF}")},
    ),
    "a promise that was quietly moved": (
        "UPDATE promise SET state = 'kept'",
        {("promise-differs", f"case:{REF}")},
    ),
    "a promise that was forgotten": ("DELETE FROM promise", {("promise-differs", f"case:{REF}")}),
    "a message without its bytes": ("DELETE FROM blob", {("blob-missing", "inbound"), ("blob-missing", "outbox")}),
    "changed bytes of a message": (
        "UPDATE blob SET content = substr(content, 1, size - 1)",
        {("blob-changed", "blob")},
    ),
    "a decided message without a reason": ("UPDATE inbound SET reasons = NULL", {("verdict-missing", "inbound")}),
    "a message in no known state": ("UPDATE inbound SET state = 'gone'", {("state-unknown", "inbound")}),
    "a held message that waits for nobody": ("DELETE FROM hold", {("hold-missing", "inbound")}),
    "a letter without a cause": ("UPDATE outbox SET cause = ''", {("cause-missing", "outbox")}),
    "a letter about no case": ("UPDATE outbox SET case_ref = 'HH-9999-9999A'", {("case-missing", "outbox")}),
}


@pytest.mark.parametrize(("statement", "faults"), DAMAGE.values(), ids=DAMAGE)
async def test_damage_is_found_where_it_is(
    filled: Store, damage: Callable[..., None], statement: str, faults: set[tuple[str, str]]
) -> None:
    damage(statement)
    if "37 - seq" in statement:  # the keys may not collide on the way
        damage(f"UPDATE case_event SET seq = seq - 30 WHERE {EVENT} > 30")
    # Ids of messages and letters differ between databases: their table is enough.
    short = {
        (slug, where if where.startswith("case:") else where.partition(":")[0]) for slug, where in await found(filled)
    }
    assert short == faults


async def test_a_chain_that_was_rewritten_whole_has_another_head(filled: Store, damage: Callable[..., None]) -> None:
    """D-02: the audit cannot know it by itself, but a head that was noted elsewhere can."""
    before = await look(filled)
    damage(f"""UPDATE "case" SET head_hash = 'forged' WHERE ref = '{REF}'""")
    assert (await look(filled)).head != before.head
