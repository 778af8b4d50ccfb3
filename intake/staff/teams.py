"""Whom a case can be passed to, by the name of a team or a person as people write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from intake.policy import Person, Policy
from intake.staff.acts import Refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Receiver:
    """Where a case goes: the team, who takes it there, and what else stood on the line."""

    department: str
    handler: Person
    note: str
    teams: str  # all there are, for a refusal


def receiver(policy: Policy, words: str) -> Receiver:
    """Read "Warehouse", "to the Warehouse: please send it", "wes" or "@wes". Raises Refused with the list of teams."""
    plain = re.sub(r"^(?:to )?(?:the )?@?", "", words.strip(), flags=re.IGNORECASE)
    teams = ", ".join(d.name for d in policy.departments)
    known = [(d.name, d.name, d.handler) for d in policy.departments]
    known += [(label, p.department, p.id) for p in policy.people for label in (p.name, p.email, p.id)]
    for label, department, person_id in sorted(known, key=lambda row: len(row[0]), reverse=True):
        match = re.match(rf"{re.escape(label)}(?![\w@])", plain, re.IGNORECASE)
        handler = policy.person(person_id)
        if match and handler:
            return Receiver(
                department=department, handler=handler, note=plain[match.end() :].strip(" ,.:;-–—"), teams=teams
            )
    near = get_close_matches(plain.title(), [label for label, _, _ in known], 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    asked = f"There is no team called {plain}." if plain else "#pass needs a team."
    raise Refused("unknown-department", f"{asked}{hint} Teams are: {teams}.")
