"""The register: nine columns, true on every day of a case's life."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from intake.case import Case, Route, Status
from intake.register import HEADERS, row
from tests.harbour import HARBOUR, POLICY, TUESDAY

LAMP = Case(
    ref="HH-4829-1357K",
    brand="harbour",
    customer_name="Jo Marsh",
    route=Route(channel="mail", address="jo@home.example"),
    owner="asha",
    handler="asha",
    department="Customer Care",
    received_at=TUESDAY,
    issue="Wrong lamp shade supplied (order 88123)",
)


def test_the_headers_are_the_nine_of_the_procedure_to_the_letter() -> None:
    assert ", ".join(HEADERS) == (
        "Case Owner, Department, Date received, Date followed-up with customer, Resolved and followed up (Y/N), "
        "Customer Name, Issue, Resolution, Proposed Improvement Idea"
    )


def test_a_complaint_has_its_row_at_receipt() -> None:
    expected = ("Asha Patel", "Customer Care", "2026-01-13", "", "N", "Jo Marsh", LAMP.issue, "", "")
    assert row(LAMP, POLICY) == expected


def test_a_settled_complaint_shows_all_nine() -> None:
    settled = replace(
        LAMP,
        status=Status.RESOLVED,
        followed_up=True,
        followed_up_on=date(2026, 1, 14),
        resolution="Right shade sent by courier",
        ideas=("Print the shade on the box", "Weigh pallets"),
    )
    assert row(settled, POLICY)[3:] == (
        "2026-01-14",
        "Y",
        "Jo Marsh",
        LAMP.issue,
        "Right shade sent by courier",
        "Print the shade on the box; Weigh pallets",
    )


@pytest.mark.parametrize(
    ("status", "followed_up", "column_5"),
    [
        (Status.RESOLVED, True, "Y"),
        (Status.RESOLVED, False, "N"),
        (Status.OPEN, True, "N"),
        (Status.FOLLOW_UP, False, "N"),
    ],
)
def test_resolved_and_followed_up_needs_both(status: Status, followed_up: bool, column_5: str) -> None:
    case = replace(LAMP, status=status, followed_up=followed_up, followed_up_on=date(2026, 1, 14))
    assert row(case, POLICY)[4] == column_5


def test_the_date_received_is_local_to_the_brand() -> None:
    """Two minutes to midnight in Greenwich is the next day in a British summer."""
    late = replace(LAMP, received_at=datetime(2026, 6, 30, 23, 58, tzinfo=UTC))
    assert row(late, POLICY)[2] == "2026-07-01"


def test_passing_a_case_on_changes_neither_owner_nor_department() -> None:
    passed = replace(LAMP, handler="wes", passed=True)
    assert row(passed, POLICY)[:2] == ("Asha Patel", "Customer Care")
    assert row(passed, replace(POLICY, department_of="handler"))[:2] == ("Asha Patel", "Warehouse")


@pytest.mark.parametrize(
    ("route", "participants", "shown"),
    [
        (Route(channel="mail", address="jo.marsh@home.example"), (), "jo.marsh (name not given)"),
        (Route(channel="chat", address="s3cr3t-session"), ("jo@home.example",), "jo (name not given)"),
        (Route(channel="chat", address="s3cr3t-session"), ("s3cr3t-session",), "Customer (name not given)"),
    ],
)
def test_the_customer_is_never_blank(route: Route, participants: tuple[str, ...], shown: str) -> None:
    nameless = replace(LAMP, customer_name=" ", route=route, participants=participants)
    assert row(nameless, POLICY)[5] == shown


def test_an_owner_who_has_left_is_still_named() -> None:
    assert row(replace(LAMP, owner="gone"), POLICY)[0] == "gone"


def test_no_card_or_account_number_reaches_the_sheet() -> None:
    told = replace(
        LAMP, issue="card 4111 1111 1111 1111", resolution="to GB29 NWBK 6016 1331 9268 19", ideas=("4111111111111111",)
    )
    assert row(told, POLICY)[6:] == ("card ****1111", "to ****6819", "****1111")


def test_every_brand_has_its_own_clock() -> None:
    sydney = replace(
        HARBOUR, id="sydney", hours=replace(HARBOUR.hours, zone="Australia/Sydney", country="AU", region="NSW")
    )
    policy = replace(POLICY, brands=(HARBOUR, sydney))
    at = datetime(2026, 10, 31, 21, 0, tzinfo=UTC)
    assert row(replace(LAMP, brand="sydney", received_at=at), policy)[2] == "2026-11-01"
