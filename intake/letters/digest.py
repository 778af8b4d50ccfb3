"""One letter about all mail in somebody's name that was held after they had been told of enough of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.hours import Calendar
from intake.letters.kinds import Letters
from intake.letters.letter import Letter
from intake.policy import Person
from intake.tokens import confirm_address

AFTER = timedelta(hours=6)  # that the oldest of them has waited: four letters a day at most
LISTED = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Untold:
    """A message that is held for somebody who does not know it yet."""

    inbound_id: int
    person: str
    case_ref: str
    held_at: datetime


def digest(held: Sequence[Untold], person: Person, letters: Letters, *, now: datetime) -> Letter:
    """The letter about `held`, at least one, the oldest first."""
    brand = letters.policy.brands[0]
    calendar = Calendar(brand.hours)
    lines = [
        f"{calendar.local(each.held_at):%a %d %b %H:%M}  {each.case_ref or 'no case'}  "
        + confirm_address(letters.policy, brand, each.inbound_id, person.id, now)
        for each in held[:LISTED]
    ]
    more = [f"and {len(held) - LISTED} more, which `main.py parked` lists"] if len(held) > LISTED else []
    return letters.hold_notice(
        person,
        brand=brand,
        case=None,
        cause=f"held:{held[0].inbound_id}:{held[0].held_at.timestamp():.0f}",
        now=now,
        reason="several-held",
        words="\n".join([*lines, *more]),
        related=(),
    )
