"""No question that is asked for every message reads a whole table: the cost does not grow with the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event as listening

from store import blobs, cases, facts, inbound, nodes, outbox, scanning
from store.database import Store
from store.recovery import give_back
from store.writer import Tx
from tests.harbour import TUESDAY
from tests.store.databases import Sqlite
from tests.store.examples import ME, OTHER_NODE, REF, decision, keys, letter, opened, raw, submission, take_in

OTHER = "HH-0000-0001Q"
PEOPLE = ["jo@customer.example", "al@customer.example"]  # one is looked up in another way than several
TAKE: dict[str, Any] = {"node": ME, "now": TUESDAY, "limit": 5}
ASKED = keys(
    inbound_id=1,
    fingerprint="f",
    sender="jo@customer.example",
    conversation="chat-1",
    case_refs=(REF,),
    token_refs=(REF,),
    message_ids=("l1@harbour.example",),
    matters=("order:1234567",),
    bounce_letters=("l1",),
)
SMALL = (  # that never grow, or are as long as the batch
    "SCAN ready",
    "SCAN CONSTANT ROW",
    "SCAN (subquery-1)",
    "SCAN node",
    "SCAN arriving",
    "SCAN mailbox_lease",
    "SCAN newest",
    "SCAN asked VIRTUAL TABLE INDEX 1:",
    "SCAN points VIRTUAL TABLE INDEX 1:",
)
QUESTIONS: dict[str, Callable[[Tx], Any]] = {
    "facts": lambda tx: facts.facts(tx, [ASKED], now=TUESDAY),
    "receive": lambda tx: inbound.receive(tx, raw("1")),
    "claim messages": lambda tx: inbound.claim(tx, **TAKE),
    "claim scanned messages": lambda tx: inbound.claim(tx, **TAKE, scanned=True),
    "claim messages to scan": lambda tx: scanning.claim(tx, **TAKE),
    "claim letters": lambda tx: outbox.claim(tx, **TAKE, channels=["mail"]),
    "give back": lambda tx: give_back(tx, OTHER_NODE),
    "say that one lives": lambda tx: nodes.renew(tx, nodes.join(tx, "me")),
    "claim cases": lambda tx: cases.due(tx, **TAKE),
    "decide": lambda tx: take_in(
        tx, decision(opened(OTHER, participants=PEOPLE), ref=OTHER), (letter(cause="x"), submission()), source_id="2"
    ),
    "parked": inbound.parked,
    "what may be moved": lambda tx: blobs.movable(tx, before=TUESDAY, limit=5),
    "move": lambda tx: blobs.let_go(tx, ["a" * 64]),
    "what was moved": lambda tx: blobs.moved(tx, after="", limit=5),
}


def plans(tx: Tx, ask: Callable[[Tx], Any]) -> list[str]:
    """How SQLite goes about every statement of a question."""
    asked: list[tuple[str, Any]] = []
    listening.listen(tx, "before_cursor_execute", lambda *args: asked.append(args[2:4]))
    ask(tx)
    found = []
    cursor = tx.connection.cursor()
    for statement, parameters in asked:
        if not isinstance(parameters, list):
            found += [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    return found


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
async def test_every_lookup_has_its_index(sqlite: Sqlite, ask: Callable[[Tx], Any]) -> None:
    with sqlite.fresh() as url:
        store = await Store.open(url)
        await store.write(lambda tx: take_in(tx, decision(opened()), (letter(), submission("l1"))))
        found = await store.write(lambda tx: plans(tx, ask))
        await store.close()
    whole = [step for step in found if step.startswith("SCAN") and " USING " not in step]
    assert [step for step in whole if step not in SMALL] == []


async def test_what_an_ended_node_had_of_the_letters_is_found_among_what_was_taken_up(sqlite: Sqlite) -> None:
    """However many wait for a server that is away: a daemon starts and stops with this question."""
    with sqlite.fresh() as url:
        store = await Store.open(url)
        found = await store.write(lambda tx: plans(tx, lambda tx: give_back(tx, OTHER_NODE)))
        await store.close()
    assert {step for step in found if " outbox " in step} == {"SEARCH outbox USING INDEX ix_outbox_taken (node_id=?)"}
