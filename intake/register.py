"""The complaint register: one row of nine columns for every complaint, however small, exactly as the procedure names them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from intake.case import Case
from intake.masking import mask
from intake.policy import Policy

HEADERS = (
    "Case Owner",
    "Department",
    "Date received",
    "Date followed-up with customer",
    "Resolved and followed up (Y/N)",
    "Customer Name",
    "Issue",
    "Resolution",
    "Proposed Improvement Idea",
)


def row(case: Case, policy: Policy) -> tuple[str, ...]:
    """The nine cells of a case, as plain text; dates in ISO form, by the brand's own clock. Never blank: owner and customer."""
    received = case.received_at.astimezone(ZoneInfo(policy.brand(case.brand).hours.zone)).date()
    return (
        _name(case.owner, policy),
        _department(case, policy),
        received.isoformat(),
        case.followed_up_on.isoformat() if case.followed_up_on else "",
        "Y" if case.settled else "N",
        customer(case),
        mask(case.issue),
        mask(case.resolution),
        mask("; ".join(case.ideas)),
    )


def customer(case: Case) -> str:
    """The customer's name; without one, what stands before the @ of their address; never blank."""
    addresses = (point for point in (case.route.address, *case.participants) if "@" in point)
    label = next(addresses, "").partition("@")[0] or "Customer"
    return case.customer_name.strip() or f"{label} (name not given)"


def _name(person_id: str, policy: Policy) -> str:
    person = policy.person(person_id)
    return person.name if person else person_id


def _department(case: Case, policy: Policy) -> str:
    """The owner's at receipt, or the handler's of today, as the company wants it."""
    handler = policy.person(case.handler)
    return handler.department if handler and policy.department_of == "handler" else case.department
