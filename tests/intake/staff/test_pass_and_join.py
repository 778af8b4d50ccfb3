"""Cases that change hands or become one by mail: #pass, #join and #open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.case import Kind, Promise, Status
from intake.history import fold
from intake.letters.letter import LetterKind
from tests.harbour import BEN, KIM, WES
from tests.staffroom import (
    HELD,
    NEWS,
    NOON,
    OTHER,
    Room,
    events,
    refused,
)


@pytest.mark.parametrize(
    "team", ["Warehouse", "warehouse", "to the Warehouse", "@wes", "Wes Tan", "wes@staff.harbour.example"]
)
def test_pass_hands_the_case_over_and_tells_the_new_handler(team: str) -> None:
    room = Room()
    decision = room.write(f"#pass {team}\nPlease look for the pallet.")
    assert (room.case.owner, room.case.handler, room.case.status) == ("asha", "wes", Status.INVESTIGATING)
    (letter,) = decision.letters
    assert (letter.kind, letter.to.address) == (LetterKind.NOTIFICATION, WES.email)
    assert "Please look for the pallet." in letter.text
    assert "stays accountable" in letter.text


def test_pass_takes_words_on_its_line_along() -> None:
    decision = Room().write("#pass Warehouse: please look for the pallet")
    assert "please look for the pallet" in decision.letters[0].text


@pytest.mark.parametrize(
    ("team", "slug", "said"),
    [
        ("Warehose", "unknown-department", "Did you mean Warehouse? Teams are: Customer Care, Warehouse."),
        ("Warehouses", "unknown-department", "Teams are: Customer Care, Warehouse."),
        ("", "unknown-department", "#pass needs a team. Teams are: Customer Care, Warehouse."),
        ("Customer Care", "already-there", "The case is with Asha Patel already."),
    ],
)
def test_pass_names_the_teams_there_are(team: str, slug: str, said: str) -> None:
    found, words = refused(Room().write(f"#pass {team}"))
    assert found == slug
    assert said in words


def test_join_takes_in_the_contacts_and_keeps_the_earlier_clock() -> None:
    room = Room(HELD, related=(OTHER,))
    decision = room.write(f"#join {OTHER.ref}")
    other = fold(OTHER, events(decision, OTHER.ref))
    assert (room.case.status, room.case.merged_into) == (Status.MERGED, OTHER.ref)
    assert (other.contacts, other.received_at) == (2, OTHER.received_at)
    assert set(other.participants) == {"jo@customer.example", "jo@work.example"}
    assert other.matters == ("88123",)
    assert [(p.kind, p.due_at) for p in other.open_promises] == [("news", NEWS.due_at)]
    assert Kind.PROMISE_KEPT not in {event.kind for change in decision.changes for event in change.events}
    assert [letter.to.address for letter in decision.letters] == [KIM.email, BEN.email], (
        "a repeat is told to the seniors"
    )


def test_a_senior_who_joins_a_case_is_not_told_of_it() -> None:
    decision = Room(HELD, related=(OTHER,)).write("#join", BEN)
    assert [letter.to.address for letter in decision.letters] == [KIM.email]


def test_join_keeps_what_is_due_earlier_on_the_other_case() -> None:
    early = Promise(id="p1", kind="news", made_at=NOON, due_at=NEWS.due_at - timedelta(hours=1), made_by="daemon")
    other = replace(OTHER, promises=(early,))
    decision = Room(HELD, related=(other,)).write("#join")
    assert fold(other, events(decision, other.ref)).open_promises == (early,)


def test_join_opens_a_resolved_case_again() -> None:
    other = replace(OTHER, status=Status.RESOLVED)
    decision = Room(HELD, related=(other,)).write("#join")
    assert fold(other, events(decision, other.ref)).status is Status.OPEN


def test_join_needs_to_know_which_case() -> None:
    third = replace(OTHER, ref="HH-3333-4444X")
    held = replace(HELD, related=(OTHER.ref, third.ref))
    slug, words = refused(Room(held, related=(OTHER, third)).write("#join"))
    assert slug == "nothing-to-join"
    assert OTHER.ref in words
    assert third.ref in words
    assert Room(held, related=(OTHER, third)).write(f"#join {third.ref}").changes[-1].ref == third.ref
    assert refused(Room(HELD, related=(OTHER,)).write("#join HH-9999-9999A"))[0] == "nothing-to-join"


def test_open_lets_a_held_case_stand_by_itself() -> None:
    room = Room(HELD, related=(OTHER,))
    room.write("#open\n#pass Warehouse")
    assert (room.case.status, room.case.handler) == (Status.INVESTIGATING, "wes")
    assert refused(Room(HELD).write("#resolve sent"))[0] == "still-held"
