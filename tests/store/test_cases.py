"""Decisions become events, and events become everything that cases are looked up by."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from intake.case import Kind, Status
from intake.deciding.decision import CaseChange, Due, Verdict
from intake.history import replay
from store import Conflict, RefTaken, cases, inbound, recording, register
from store.chain import linked
from store.database import Store
from store.schema import inbound as messages
from store.schema import promise
from tests.harbour import POLICY, TUESDAY
from tests.store.examples import ME, OTHER_NODE, REF, decision, do, event, letter, opened, promised, submission, take_in

OTHER = "HH-0000-0001Q"
SOON = TUESDAY + timedelta(hours=2)


async def test_a_case_is_what_its_events_tell(store: Store) -> None:
    events = (opened(), promised(SOON), event(Kind.ACKNOWLEDGED))
    await store.write(lambda tx: take_in(tx, decision(*events)))
    assert await store.read(lambda tx: cases.look(tx, REF)) == replay(events)
    assert await store.read(lambda tx: cases.history(tx, REF)) == list(events)
    assert await store.read(lambda tx: cases.look(tx, OTHER)) is None


async def test_why_something_happened_is_stored_with_its_message(store: Store) -> None:
    made = decision(opened(), hits=("new-contact",), misses=("own-letter", "bounce"), score=70)
    inbound_id = await store.write(lambda tx: take_in(tx, made))
    row = await store.read(lambda tx: tx.execute(select(messages).where(messages.c.id == inbound_id)).one())
    assert (row.state, row.verdict, row.reasons, row.hits, row.misses) == (
        "done",
        "OPEN",
        ["new-contact"],
        ["new-contact"],
        ["own-letter", "bounce"],
    )
    assert (row.score, row.party, row.case_ref, row.decided_at) == (70, "customer", REF, TUESDAY)
    assert row.contact_id is not None


async def test_a_number_that_is_taken_asks_for_another(store: Store) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened())))
    with pytest.raises(RefTaken):
        await store.write(lambda tx: take_in(tx, decision(opened(address="mo@customer.example")), source_id="2"))
    assert (await store.read(lambda tx: cases.look(tx, REF))).route.address == "jo@customer.example"


async def test_a_decision_about_an_older_state_of_a_case_is_made_again(store: Store) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened())))
    seen = await store.read(lambda tx: cases.look(tx, REF))
    more = Due(changes=(CaseChange(ref=REF, events=(event(Kind.ACKNOWLEDGED),)),))
    await store.write(lambda tx: do(tx, more, seen=[seen]))
    with pytest.raises(Conflict):
        await store.write(lambda tx: do(tx, more, seen=[seen]))
    with pytest.raises(Conflict):
        await store.write(lambda tx: do(tx, Due(), seen=[seen]))
    assert (await store.read(lambda tx: cases.look(tx, REF))).events == 2


async def test_nothing_of_a_decision_that_fails_is_kept(store: Store) -> None:
    good, unknown = CaseChange(ref=REF, events=(opened(),)), CaseChange(ref=OTHER, events=(promised(SOON),))
    broken = decision(changes=(good, unknown))
    with pytest.raises(Conflict):
        await store.write(lambda tx: take_in(tx, broken, (letter(), submission())))
    assert await store.read(lambda tx: cases.look(tx, REF)) is None
    assert await store.write(lambda tx: inbound.claim(tx, node=ME, now=TUESDAY, limit=1)) == []


async def test_the_register_has_every_complaint_in_order_of_receipt(store: Store) -> None:
    later = opened(OTHER, at=SOON, customer_name="Mo")
    await store.write(lambda tx: take_in(tx, decision(later, ref=OTHER), source_id="2"))
    await store.write(lambda tx: take_in(tx, decision(opened())))
    rows = await store.read(register.rows)
    assert [row[5] for row in rows] == ["Jo Brown", "Mo"]
    assert all(len(row) == 9 for row in rows)


async def test_a_merged_case_leaves_the_register(store: Store) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened())))
    merged = event(Kind.CASE_MERGED, actor="asha", into=OTHER)
    await store.write(lambda tx: do(tx, Due(changes=(CaseChange(ref=REF, events=(merged,)),))))
    assert await store.read(register.rows) == []


async def test_promises_are_kept_up_to_date(store: Store) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened(), promised(SOON), promised(SOON, "p2"))))
    await store.write(lambda tx: do(tx, decision(event(Kind.PROMISE_KEPT, id="p2"), verdict=Verdict.APPEND)))
    rows = await store.read(lambda tx: tx.execute(select(promise.c.id, promise.c.state).order_by(promise.c.id)).all())
    assert [tuple(row) for row in rows] == [("p1", "open"), ("p2", "kept")]


async def test_a_case_is_taken_up_when_its_time_comes_and_not_before(store: Store) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened()), look=lambda _: SOON))

    async def due(now, node=ME):
        found = await store.write(lambda tx: cases.due(tx, node=node, now=now, limit=10))
        return [case.ref for case in found]

    assert await due(TUESDAY) == []
    assert await due(SOON) == [REF]
    assert await due(SOON, OTHER_NODE) == []  # somebody has it
    assert await due(SOON) == [REF]  # and gets it again, should a fault have swallowed the answer
    await store.write(lambda tx: do(tx, Due(), seen=[cases.look(tx, REF)], look=lambda _: None))
    assert await due(SOON + timedelta(days=9)) == []


async def test_cases_are_listed_newest_first_and_by_status(store: Store) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened())))
    held = decision(opened(OTHER, at=SOON, status="held"), ref=OTHER)
    await store.write(lambda tx: take_in(tx, held, source_id="2"))
    assert [case.ref for case in await store.read(cases.newest)] == [OTHER, REF]
    assert [case.ref for case in await store.read(lambda tx: cases.newest(tx, status=Status.OPEN))] == [REF]
    assert len(await store.read(lambda tx: cases.newest(tx, limit=1))) == 1


async def test_everything_derived_can_be_made_again_from_the_history(store: Store) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened(), promised(SOON))))
    before = await store.read(lambda tx: (cases.look(tx, REF), register.rows(tx)))
    await store.write(lambda tx: tx.exec_driver_sql("DELETE FROM promise"))
    await store.write(lambda tx: tx.exec_driver_sql("DELETE FROM register"))
    await store.write(lambda tx: tx.exec_driver_sql("""UPDATE "case" SET status = 'resolved', events = 0"""))
    await store.write(lambda tx: recording.rebuild(tx, REF, POLICY))
    assert await store.read(lambda tx: (cases.look(tx, REF), register.rows(tx))) == before
    assert await store.read(lambda tx: tx.scalar(select(promise.c.id))) == "p1"


TEXTS = st.text(st.characters(codec=None), max_size=30)
DATA = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, data=st.dictionaries(TEXTS, DATA, max_size=3))
async def test_whatever_a_stranger_writes_is_read_back_as_it_was_folded(store: Store, text: str, data: dict) -> None:
    events = [opened(issue=text, customer_name=text, words=text, subject=text), event(Kind.NOTE_ADDED, n=data)]
    noted = decision(*events)

    def once(tx):
        take_in(tx, noted)
        found = cases.look(tx, REF), cases.history(tx, REF)
        raise Done(found)

    with pytest.raises(Done) as done:
        await store.write(once)
    stored = [linked(each).event for each in events]
    assert done.value.args[0] == (replay(stored), stored)


class Done(Exception):
    """Takes a value out and leaves nothing behind."""
