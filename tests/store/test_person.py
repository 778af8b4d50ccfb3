"""Everything of one person is found, by whatever they are known by, and nothing of anybody else's cases."""

from __future__ import annotations

import pytest

from intake.case import Kind
from store import inbound, person
from store.database import Store
from store.person import Person
from store.writer import Tx
from tests.store.examples import REF, decision, do, event, letter, opened, raw, submission, take_in

BO, JO = "bo@third.example", "jo@customer.example"
OTHER = "HH-1111-1111K"


@pytest.fixture
async def two(store: Store) -> Store:
    """Jo's case, on which Bo takes part; Bo's own; and a mail that came to no case."""

    def fill(tx: Tx) -> None:
        joined = event(Kind.CONTACT_ATTACHED, participant=BO, evidence=["reference"], score=0)
        take_in(tx, decision(opened()), (letter(), submission()))
        do(tx, decision(joined))
        take_in(tx, decision(opened(OTHER, address=BO), ref=OTHER), source_id="2")
        inbound.receive(tx, raw("3"))

    await store.write(fill)
    return store


async def found(store: Store, said: str) -> Person:
    return await store.read(lambda tx: person.find(tx, said))


@pytest.mark.parametrize("said", [JO, "Jo@Customer.EXAMPLE", "1"])
async def test_a_person_is_found_by_address_and_by_number(two: Store, said: str) -> None:
    jo = await found(two, said)
    assert (jo.name, jo.addresses, jo.refs, jo.opened) == ("Jo Brown", {JO}, (REF,), {REF})


async def test_cases_of_others_in_which_somebody_takes_part_are_theirs_too(two: Store) -> None:
    bo = await found(two, BO)
    assert (bo.addresses, set(bo.refs), bo.opened) == ({BO}, {REF, OTHER}, {OTHER})


async def test_somebody_without_a_case_of_their_own_is_found_by_taking_part(two: Store) -> None:
    joined = event(Kind.CONTACT_ATTACHED, participant="cy@fourth.example", evidence=[], score=0)
    await two.write(lambda tx: take_in(tx, decision(joined), source_id="4"))
    cy = await found(two, "cy@fourth.example")
    assert (cy.contact_id, cy.refs, cy.opened) == (None, (REF,), frozenset())


async def test_a_stranger_has_no_number_and_no_case(two: Store) -> None:
    for said in ("who@nowhere.example", "999", "9" * 30, "not an address"):
        assert not (await found(two, said)).known


async def test_messages_and_letters_are_those_of_the_case(two: Store) -> None:
    came = await two.read(lambda tx: list(person.messages(tx, REF)))
    assert [(each.case_ref, each.raw.blob, each.party) for each in came] == [(REF, raw("1").blob, "customer")]
    [went] = await two.read(lambda tx: person.letters(tx, REF))
    assert (went.case_ref, went.kind, went.rcpt) == (REF, "acknowledgement", (JO,))


async def test_mail_without_a_case_is_listed_for_whoever_can_say_whose_it_is(two: Store) -> None:
    [alone] = await two.read(lambda tx: list(person.messages(tx, None)))
    assert (alone.case_ref, alone.raw.blob) == (None, raw("3").blob)
