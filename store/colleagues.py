"""The addresses of staff, as the database knows them: letters to staff go nowhere else."""

from __future__ import annotations

from intake.policy import Policy
from store.inserting import missing
from store.schema import colleague
from store.writer import Tx


def know(tx: Tx, policy: Policy) -> None:
    """Let letters to staff go to these people. Who has left stays known: nodes with older settings may run beside us."""
    rows = [{"address": person.email} for person in policy.people]
    if rows:
        tx.execute(missing(tx, colleague), rows)
